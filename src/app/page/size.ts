/**
 * Reports the size of the page whenever it changes. The root element is measured: the document is
 * never less tall than its frame, so that a frame would only ever grow.
 */
export function reportSize(
  root: Element,
  report: (size: { width: number; height: number }) => void,
): void {
  let last = '';
  new ResizeObserver(() => {
    const box = root.getBoundingClientRect();
    const size = { width: Math.ceil(box.width), height: Math.ceil(box.height) };
    const now = JSON.stringify(size);
    if (now !== last) report(size);
    last = now;
  }).observe(root);
}

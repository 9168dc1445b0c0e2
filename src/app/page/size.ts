/**
 * Reports the size of the page whenever it changes. The root element is measured: the document is
 * never less tall than its frame, so that a frame would only ever grow.
 */
export function reportSize(
  root: Element,
  report: (size: { width: number; height: number }) => void,
): void {
  new ResizeObserver(() => {
    const { width, height } = root.getBoundingClientRect();
    report({ width: Math.ceil(width), height: Math.ceil(height) });
  }).observe(root);
}

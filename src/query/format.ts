import type { Argument, Expression, FunctionCall, Literal } from './ast.ts';
import { comparisonOf } from './catalog.ts';
import { quote } from './strings.ts';

/**
 * The canonical text of a tree: operators where possible, single quotes, one space between words,
 * and only the parentheses that the tree needs. Formatting is idempotent.
 */
export function format(node: Expression): string {
  switch (node.kind) {
    case 'or':
      return node.operands.map((operand) => formatWithin(operand, 'or')).join(' OR ');
    case 'and':
      return node.operands.map((operand) => formatWithin(operand, 'and')).join(' AND ');
    case 'not':
    case 'any':
    case 'all':
      return `${node.kind.toUpperCase()} ${formatWithin(node.operand, 'prefix')}`;
    case 'chain':
      return node.calls.map(formatCall).join('');
    case 'missing':
      return '…';
  }
}

/** AND binds tighter than OR, and a prefix tighter than both. */
function formatWithin(node: Expression, outer: 'or' | 'and' | 'prefix'): string {
  const loose = node.kind === 'or' || (node.kind === 'and' && outer !== 'or');
  return loose ? `(${format(node)})` : format(node);
}

/** A call as written in a chain, with its leading dot or spaces. */
export function formatCall(call: FunctionCall, index: number): string {
  const operator = comparisonOf(call)?.operator;
  const [first] = call.args;
  if (operator && index > 0 && first && call.args.length === 1) {
    return ` ${operator} ${formatArgument(first)}`;
  }
  const dot = index > 0 ? '.' : '';
  return call.name === '$'
    ? `${dot}$`
    : `${dot}${call.name}(${call.args.map(formatArgument).join(', ')})`;
}

/** The canonical text of an argument. */
export function formatArgument(argument: Argument): string {
  switch (argument.kind) {
    case 'literal':
      return formatLiteral(argument);
    case 'duration':
      return `${argument.amount} ${argument.unit}`;
    case 'named':
      return `${argument.name}: ${formatArgument(argument.value)}`;
    case 'cast':
      return `${format(argument.operand)} as ${argument.type}`;
    case 'exclusion':
      return `{exclude: ${argument.ids.map(formatLiteral).join(', ')}}`;
    default:
      return format(argument);
  }
}

function formatLiteral({ type, text }: Literal): string {
  return type === 'string' ? quote(text) : text;
}

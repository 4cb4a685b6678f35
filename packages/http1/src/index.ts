export { HeaderTable, type HeaderVisitor, type LineSpans } from './header-table.ts';

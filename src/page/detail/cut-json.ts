const TOKEN = /\s*(?:("(?:[^"\\]|\\[^])*")|([{[])|([}\]])|[,:]|([^\s{}[\],:"]+))/y;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** The beginning of a JSON text as a whole one: without what it does not end, and with the ends of its objects and lists. */
export function completeJson(text: string): string {
  let open = '';
  let before = '';
  let whole = { end: 0, open: '' };
  TOKEN.lastIndex = 0;
  for (let found; (found = TOKEN.exec(text)) !== null;) {
    const [token, string, begin, end, literal] = found;
    if (begin !== undefined) open = (CLOSING[begin] ?? '') + open;
    if (end !== undefined) open = open.slice(1);
    const isName = string !== undefined && open.startsWith('}') && before !== ':';
    // More of it may have followed.
    const isCut = literal !== undefined && TOKEN.lastIndex === text.length;
    const endsHere = begin ?? end ?? string ?? literal;
    if (endsHere !== undefined && !isName && !isCut) whole = { end: TOKEN.lastIndex, open };
    before = token.trim();
  }
  return text.slice(0, whole.end) + whole.open;
}

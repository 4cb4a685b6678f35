/** Puts matched groups in the place of `$0` to `$9` and `&`; a backslash takes the meaning from the next. httpd: ap_pregsub */
export function replaceGroups(text: string, match: ArrayLike<string | undefined>): string {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    const next = text.charCodeAt(i + 1);
    if (char === '$' && next >= 48 && next <= 57) {
      result += match[next - 48] ?? '';
      i++;
    } else if (char === '&') result += match[0] ?? '';
    else if (char === '\\' && (text[i + 1] === '$' || text[i + 1] === '&')) result += text[++i];
    else result += char;
  }
  return result;
}

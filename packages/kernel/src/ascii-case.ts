/** A text with its ASCII letters in lower case; any other byte stays. httpd: ap_str_tolower */
export function asciiLowerCase(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

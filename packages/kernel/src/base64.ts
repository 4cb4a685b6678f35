const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Map([...alphabet].map((char, value) => [char, value]));

/** Decodes up to the first character that is none of base64's, as far as it goes. httpd: apr_base64_decode */
export function decodeBase64(text: string): string {
  let result = '';
  let bits = 0;
  let count = 0;
  for (const char of text) {
    const value = values.get(char);
    if (value === undefined) break;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      result += String.fromCharCode((bits >> count) & 255);
    }
  }
  return result;
}

/** Encodes latin1 text. */
export function encodeBase64(text: string): string {
  let result = '';
  for (let i = 0; i < text.length; i += 3) {
    const left = text.length - i;
    const second = left > 1 ? text.charCodeAt(i + 1) : 0;
    const third = left > 2 ? text.charCodeAt(i + 2) : 0;
    const group = (text.charCodeAt(i) << 16) | (second << 8) | third;
    result += alphabet[group >> 18]! + alphabet[(group >> 12) & 63]!;
    result += left > 1 ? alphabet[(group >> 6) & 63]! : '=';
    result += left > 2 ? alphabet[group & 63]! : '=';
  }
  return result;
}

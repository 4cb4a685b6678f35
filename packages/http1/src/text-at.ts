/**
 * Whether the text has another one at this place. To compare a part that was cut out would leave compiled code, and cost
 * several times as much.
 */
export function isTextAt(text: string, start: number, other: string): boolean {
  for (let index = 0; index < other.length; index++)
    if (text.charCodeAt(start + index) !== other.charCodeAt(index)) return false;
  return true;
}

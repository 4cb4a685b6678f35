/** The number at the start of a text, with a fraction. httpd: atof */
export function atof(text: string): number {
  const match = /^[\t-\r ]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(text);
  return match === null ? 0 : Number(match[1]);
}

/** `On` or `Off` in any case. */
export function onOff(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === 'on' ? true : word === 'off' ? false : undefined;
}

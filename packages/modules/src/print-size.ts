/** A size in four characters. httpd: apr_strfsize */
export function printSize(bytes: number): string {
  if (bytes < 0) return '  - ';
  if (bytes < 973) return `${String(bytes).padStart(3)} `;
  let size = bytes;
  for (const unit of 'KMGTPE') {
    const remainder = size % 1024;
    size = Math.floor(size / 1024);
    if (size >= 973) continue;
    if (size < 9 || (size === 9 && remainder < 973)) {
      const tenth = Math.floor((remainder * 5 + 256) / 512);
      return tenth >= 10 ? `${size + 1}.0${unit}` : `${size}.${tenth}${unit}`;
    }
    return String(remainder >= 512 ? size + 1 : size).padStart(3) + unit;
  }
  return '****';
}

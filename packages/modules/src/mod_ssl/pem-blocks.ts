/** The blocks of PEM in a text whose label is the one wanted. */
export function pemBlocks(text: string, label: RegExp): readonly string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)]
    .filter((match) => label.test(match[1]!))
    .map((match) => match[0]);
}

export const pemLabels = {
  certificate: /^(?:(?:X509|TRUSTED) )?CERTIFICATE$/,
  key: /PRIVATE KEY$/,
  revocationList: /^X509 CRL$/,
  dhParameters: /^DH PARAMETERS$/,
  curve: /^EC PARAMETERS$/,
} as const;

/** Bytes of DER as a block, with a line end behind it. */
export function toPem(label: string, base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The bytes of a block, as latin1 text in base64. */
export const base64OfPem = (block: string): string => block.replace(/-----[^-]*-----|\s/g, '');

/** What each directive of mod_brotli is for, in one sentence. */
export const summaries = {
  BrotliAlterETag: 'How the ETag of a compressed response differs.',
  BrotliCompressionMaxInputBlock: 'The block that is compressed at once.',
  BrotliCompressionQuality: 'How hard compression tries.',
  BrotliCompressionWindow: 'The window of the compression.',
  BrotliFilterNote: 'A note that gets the sizes before and after.',
};

/** What each directive of mod_deflate is for, in one sentence. */
export const summaries = {
  DeflateFilterNote: 'The note that keeps how much was saved, for logs.',
  DeflateWindowSize: 'The window of the compression.',
  DeflateBufferSize: 'The block that is compressed at once.',
  DeflateMemLevel: 'How much memory compression uses.',
  DeflateCompressionLevel: 'How hard compression tries.',
  DeflateAlterEtag: 'How the ETag of a compressed response differs.',
  DeflateInflateLimitRequestBody: 'The largest request body after decompression.',
  DeflateInflateRatioLimit: 'How many times its size a request body may grow.',
  DeflateInflateRatioBurst: 'How often a body may grow beyond that ratio.',
};

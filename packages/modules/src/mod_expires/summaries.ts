/** What each directive of mod_expires is for, in one sentence. */
export const summaries = {
  ExpiresActive: 'Whether Expires and Cache-Control headers are made.',
  ExpiresByType: 'How long responses of a media type are fresh.',
  ExpiresDefault: 'How long other responses are fresh.',
};

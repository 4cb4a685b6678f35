/** What each directive of mod_logio is for, in one sentence. */
export const summaries = {
  LogIOTrackTTFB: 'Whether the time up to the first byte is measured, for %^FB.',
};

/** What each directive of mod_filter is for, in one sentence. */
export const summaries = {
  FilterDeclare: 'Begins a filter that is chosen by the response.',
  FilterProvider: 'What a declared filter does, and when.',
  FilterChain: 'The declared filters of a place, in order.',
  FilterTrace: 'Writes what declared filters do to the log.',
  AddOutputFilterByType: 'A filter for responses of a media type.',
  FilterProtocol: 'How declared filters treat headers.',
};

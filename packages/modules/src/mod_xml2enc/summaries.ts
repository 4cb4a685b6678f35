/** What each directive of mod_xml2enc is for, in one sentence. */
export const summaries = {
  xml2EncAlias: 'Further names of a charset.',
  xml2EncDefault: 'The charset of pages that name none.',
  xml2StartParse: 'The elements at which reading begins.',
};

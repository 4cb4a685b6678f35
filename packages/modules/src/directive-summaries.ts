/** What each directive is for, in one sentence. */
export const directiveSummaries: Readonly<Record<string, string>> = {};

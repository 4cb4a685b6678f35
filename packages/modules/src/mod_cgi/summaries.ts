/** What each directive of mod_cgi is for, in one sentence. */
export const summaries = {
  CGIScriptTimeout: 'How long a script may be silent.',
  ScriptLog: 'Where failures of scripts are written in detail.',
  ScriptLogBuffer: 'How much of a request body that log takes.',
  ScriptLogLength: 'How long that log may grow.',
};

/** What each directive of mod_cgid is for, in one sentence. */
export const summaries = {
  ScriptLog: 'Where failures of scripts are written in detail.',
  ScriptLogBuffer: 'How much of a request body that log takes.',
  ScriptLogLength: 'How long that log may grow.',
  CGIDScriptTimeout: 'How long a script may be silent.',
  ScriptSock: 'The socket of the process that starts scripts.',
};

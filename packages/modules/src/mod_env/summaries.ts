/** What each directive of mod_env is for, in one sentence. */
export const summaries = {
  PassEnv: "Hands variables of the server's environment on to scripts.",
  SetEnv: 'Sets a variable for scripts, late in the request.',
  UnsetEnv: 'Takes a variable away from scripts.',
};

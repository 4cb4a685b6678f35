/** What each directive of mod_log_config is for, in one sentence. */
export const summaries = {
  LogFormat: 'Gives a name to a format of access log lines.',
  CustomLog: 'Where an access log is written, in which format and on which condition.',
  GlobalLog: 'An access log of all virtual hosts, even those with logs of their own.',
  TransferLog: 'An access log in the format that LogFormat set last.',
  BufferedLogs: 'Whether log lines are gathered before they are written.',
};

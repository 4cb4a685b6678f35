/** What each directive of mod_dbd is for, in one sentence. */
export const summaries = {
  DBDExptime: 'How long an idle database connection is kept.',
  DBDInitSQL: 'A statement run on each new connection.',
  DBDKeep: 'How many idle connections are kept.',
  DBDMax: 'The most connections of a process.',
  DBDMin: 'The fewest connections of a process.',
  DBDParams: 'How the database is reached.',
  DBDPersist: 'Whether connections are kept.',
  DBDPrepareSQL: 'A statement under a name.',
  DBDriver: 'The kind of database.',
};

/** How `configtest` can answer. */
export const reportFormats = ['pretty', 'apache', 'json', 'sarif', 'github'] as const;

export type ReportFormat = (typeof reportFormats)[number];

/** Name of the file with settings, looked for in the working directory and those above. */
export const settingsFileName = '.httpd-ts.json';

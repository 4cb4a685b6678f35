import { providerKind, type RequestRecord } from '@httpd-ts/kernel';

/** What a module adds to the end of the status pages. httpd: modules/generators/mod_status.h status_hook */
export interface StatusReport {
  html(request: RequestRecord): string;
  /** Lines for `?auto`, each with its end. */
  text(request: RequestRecord): string;
}

export const statusReports = providerKind<StatusReport>('status');

export { takesWorker, workersOf } from './server-state.ts';

import { providerKind, type RequestRecord } from '@httpd-ts/kernel';

/** The name of the group of a request's file; undefined where it cannot be told, which has been logged. */
export type FileGroup = (request: RequestRecord) => string | undefined;

/** Offered under the name `default`. httpd: authz_owner_get_file_group */
export const fileGroups = providerKind<FileGroup>('file-group');

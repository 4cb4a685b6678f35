import { DECLINED, type ResponsePolicy, responsePolicies } from '@httpd-ts/kernel';
import { allowHeader } from './allow-header.ts';
import { limitRequestBody } from './body-limit.ts';
import { contentTypeWithCharset } from './content.ts';
import { coreServer } from './core-config.ts';
import { customResponse } from './error-document.ts';
import { errorPage } from './error-page.ts';
import { checkHost, checksHost } from './server-start.ts';

const usualAccessFiles: readonly string[] = ['.htaccess'];

/** What the engine asks of the core about responses and walks. */
export const corePolicy: ResponsePolicy = {
  customResponse,
  errorPage,
  allow: allowHeader,
  contentType: contentTypeWithCharset,
  recursionLimit(request) {
    const { redirectLimit = 10, subrequestLimit = 10 } = coreServer.of(request);
    return { redirects: redirectLimit, subrequests: subrequestLimit };
  },
  limitRequestBody,
  checkHost: (request) => (checksHost(request) ? checkHost(request) : DECLINED),
  mergesSlashes: (request) => coreServer.of(request).mergeSlashes ?? true,
  accessFileNames: (request) => coreServer.of(request).accessFileNames ?? usualAccessFiles,
};

export const policyProviders = [responsePolicies.provide('default', corePolicy)];

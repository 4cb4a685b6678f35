import { innerWins, perServer } from '@httpd-ts/kernel';

export interface MimeMagicConfig {
  /** As MimeMagicFile gives it. */
  file?: string;
}

export const mimeMagicConfig = perServer<MimeMagicConfig>({ create: () => ({}), merge: innerWins });

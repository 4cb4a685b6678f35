import { healthCheckMethods } from '../mod_proxy/contract.ts';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const answer = (description: string, schema: object) => ({ description, ...json(schema) });
const error = (description: string) => answer(description, ref('Error'));
const parameter = (name: string, description: string) => ({
  ...{ name, in: 'path', required: true, description },
  schema: { type: 'string' },
});

const balancer = parameter('balancer', 'Name without `balancer://`.');
const member = parameter('member', '`id` of the member.');
const bool = { type: 'boolean' };
const count = { type: 'integer', minimum: 0 };
const text = { type: 'string' };
const time = { type: ['string', 'null'], format: 'date-time' };

const flags = {
  draining: { ...bool, description: 'N: requests of its own sessions only.' },
  disabled: { ...bool, description: 'D: no requests.' },
  stopped: { ...bool, description: 'S: no requests, no health checks, no retries.' },
  hotStandby: { ...bool, description: 'H: used when no other member and spare of its set is usable.' },
  hotSpare: { ...bool, description: 'R: takes the place of an unusable member of its set.' },
  ignoreErrors: { ...bool, description: 'I: errors do not take it out.' },
};
const shares = {
  loadFactor: { type: 'number', minimum: 1, maximum: 100 },
  lbSet: { type: 'integer', minimum: 0, maximum: 99 },
  route: text,
  redirect: text,
};
const check = {
  method: { enum: healthCheckMethods },
  intervalMs: { type: 'integer', minimum: 100 },
  passes: { type: 'integer', minimum: 1 },
  fails: { type: 'integer', minimum: 1 },
  uri: text,
  expression: { ...text, description: 'Name of a ProxyHCExpr.' },
};
const settings = {
  lbMethod: text,
  stickySession: { ...text, description: 'COOKIE or COOKIE|parameter; empty for none.' },
  noFailover: bool,
  timeoutSeconds: { ...count, maximum: 7200 },
  maxAttempts: { ...count, maximum: 99 },
};

/** The API in OpenAPI 3.1, as it is served at `/api/openapi.json`. */
export const apiDescription = {
  openapi: '3.1.0',
  info: {
    title: 'httpd-ts balancer manager',
    version: '1',
    description:
      'Balancers and their members, seen and changed at run time. The access control of the location that has `SetHandler balancer-manager` holds here as well. Changes take effect in all threads at once, last over reloads and restarts, and with `BalancerPersist On` also when the server is stopped and started. POST needs `Content-Type: application/json`.',
  },
  paths: {
    '/balancers': {
      get: {
        summary: 'All balancers with their members',
        responses: {
          200: answer('The state now.', {
            type: 'object',
            properties: { balancers: { type: 'array', items: ref('Balancer') } },
          }),
        },
      },
    },
    '/balancers/{balancer}': {
      parameters: [balancer],
      get: {
        summary: 'One balancer',
        responses: { 200: answer('The state now.', ref('Balancer')), 404: error('There is none.') },
      },
      patch: {
        summary: 'Change settings of a balancer',
        requestBody: json(ref('BalancerEdit')),
        responses: {
          200: answer('The state after it.', ref('Balancer')),
          400: error('A value cannot be taken.'),
          404: error('There is none.'),
        },
      },
    },
    '/balancers/{balancer}/undo': {
      parameters: [balancer],
      post: {
        summary: 'Take the last change back',
        responses: {
          200: answer('What was undone, and the state after it.', {
            type: 'object',
            properties: { undone: text, balancer: ref('Balancer') },
          }),
          409: error('There is nothing to undo.'),
        },
      },
    },
    '/balancers/{balancer}/members': {
      parameters: [balancer],
      get: {
        summary: 'Members of a balancer',
        responses: {
          200: answer('The state now.', {
            type: 'object',
            properties: { members: { type: 'array', items: ref('Member') } },
          }),
        },
      },
      post: {
        summary: 'Add a member',
        description: 'It takes requests at once unless `disabled` is true.',
        requestBody: json({
          allOf: [
            ref('MemberEdit'),
            {
              type: 'object',
              required: ['url'],
              properties: { url: { ...text, examples: ['http://10.0.0.7:8080'] } },
            },
          ],
        }),
        responses: {
          201: answer('The member.', ref('Member')),
          400: error('A value cannot be taken.'),
          409: error('It is a member already.'),
        },
      },
    },
    '/balancers/{balancer}/members/{member}': {
      parameters: [balancer, member],
      get: {
        summary: 'One member',
        responses: { 200: answer('The state now.', ref('Member')), 404: error('There is none.') },
      },
      patch: {
        summary: 'Change a member',
        requestBody: json(ref('MemberEdit')),
        responses: {
          200: answer('The state after it.', ref('Member')),
          400: error('A value cannot be taken.'),
          404: error('There is none.'),
        },
      },
      delete: {
        summary: 'Remove a member',
        parameters: [
          {
            ...{ name: 'force', in: 'query', schema: bool },
            description: 'Remove it although requests are under way; they go on.',
          },
        ],
        responses: {
          200: answer('What was removed.', {
            type: 'object',
            properties: { removed: text, inFlight: count },
          }),
          404: error('There is none.'),
          409: error('Requests are under way.'),
        },
      },
    },
    '/balancers/{balancer}/members/{member}/drain': {
      parameters: [balancer, member],
      post: {
        summary: 'Drain a member and wait',
        description:
          'Gives the member no new requests and answers when those under way have ended, or the time is over.',
        requestBody: json({
          type: 'object',
          properties: {
            waitSeconds: { ...count, maximum: 3600, default: 30 },
            sessions: {
              enum: ['keep', 'move'],
              default: 'move',
              description:
                '`keep`: sessions of the member go on being sent to it, so that it may never be idle.',
            },
          },
        }),
        responses: {
          200: answer('Whether it is idle now.', {
            type: 'object',
            properties: { drained: bool, inFlight: count, waitedMs: count, member: ref('Member') },
          }),
          404: error('There is none.'),
        },
      },
    },
    '/differences': {
      get: {
        summary: 'What is otherwise than the configuration files say',
        responses: {
          200: answer('The differences.', {
            type: 'object',
            properties: { differences: { type: 'array', items: ref('Difference') } },
          }),
        },
      },
    },
  },
  components: {
    schemas: {
      Error: { type: 'object', properties: { error: text } },
      BalancerEdit: { type: 'object', additionalProperties: false, properties: settings },
      MemberEdit: {
        type: 'object',
        properties: {
          ...shares,
          ...flags,
          healthCheck: { type: 'object', additionalProperties: false, properties: check },
        },
      },
      Balancer: {
        type: 'object',
        properties: {
          name: text,
          ...settings,
          mostMembers: { ...count, description: 'How many members the form of Apache may bring it to.' },
          spanSeconds: count,
          members: { type: 'array', items: ref('Member') },
          differences: { type: 'array', items: ref('Difference') },
          lastChange: { type: ['object', 'null'], properties: { what: text, at: time } },
        },
      },
      Member: {
        type: 'object',
        properties: {
          id: text,
          name: text,
          shownName: text,
          status: { ...text, description: 'As Apache shows it: `Init Ok`.' },
          usable: bool,
          inError: bool,
          failedCheck: bool,
          ...flags,
          ...shares,
          inFlight: count,
          elected: count,
          answers: count,
          failures: { ...count, description: 'Answers from 500 on, and failures to answer.' },
          sentBytes: count,
          receivedBytes: count,
          retries: count,
          lbStatus: { type: 'integer' },
          lastError: time,
          addedAtRunTime: bool,
          healthCheck: {
            type: ['object', 'null'],
            properties: { ...check, passed: count, failed: count, lastCheck: time },
          },
          recent: {
            type: 'object',
            description: 'By spans of `spanSeconds`, the oldest first.',
            properties: {
              answers: { type: 'array', items: count },
              failures: { type: 'array', items: count },
            },
          },
        },
      },
      Difference: {
        type: 'object',
        properties: {
          balancer: text,
          member: text,
          parameter: text,
          file: { type: ['string', 'null'] },
          now: { type: ['string', 'null'] },
        },
      },
    },
  },
} as const;

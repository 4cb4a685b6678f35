import type { BackEndAnswer } from './back-ends.ts';
import { expandBytes } from './text.ts';

/** A request that a back end which does not speak HTTP has received whole. */
export interface GatewayRequest {
  /** Where it ends in what was received. */
  readonly end: number;
  /** What answers are chosen by. */
  readonly path: string;
  /** All of it, readable. */
  readonly shown: string;
}

/** How such a back end reads requests and writes answers. */
export interface GatewayProtocol {
  /** Undefined while more must come; `isEarly` takes the head alone. */
  read(buffer: string, isEarly: boolean): GatewayRequest | undefined;
  /** A complete answer, whose output is that of a script: fields, an empty line, a body. */
  complete(output: string, answer: BackEndAnswer): string;
  /** One of `records`. */
  record?(words: readonly string[]): string;
}

const two = (value: number) => String.fromCharCode((value >> 8) & 255, value & 255);
const readTwo = (text: string, at: number) => text.charCodeAt(at) * 256 + text.charCodeAt(at + 1);

/** Variables in alphabetical order, but for what differs on each run. */
function showVariables(variables: readonly (readonly [string, string])[]): string {
  return variables
    .map(([name, value]) => `${name}=${/^(?:PATH|REMOTE_PORT)$/.test(name) ? '@' : value}\n`)
    .sort()
    .join('');
}

const variableOf = (variables: readonly (readonly [string, string])[], name: string) =>
  variables.find(([other]) => other === name)?.[1] ?? '';

/** What answers are chosen by: the path of the URI that the client asked for. */
const pathOf = (variables: readonly (readonly [string, string])[]) =>
  variableOf(variables, 'REQUEST_URI').split('?')[0] ?? '';

const fcgiTypes: Readonly<Record<string, number>> = { end: 3, stdout: 6, stderr: 7 };

function fcgiRecord(type: number, content: string): string {
  const padding = -content.length & 7;
  return `\x01${String.fromCharCode(type)}\0\x01${two(content.length)}${String.fromCharCode(padding)}\0${content}${'\0'.repeat(padding)}`;
}

const fcgi: GatewayProtocol = {
  read(buffer, isEarly) {
    let params = '';
    let input = '';
    let begin = '';
    let hasParams = false;
    for (let at = 0; at + 8 <= buffer.length; ) {
      const type = buffer.charCodeAt(at + 1);
      const length = readTwo(buffer, at + 4);
      const content = buffer.slice(at + 8, at + 8 + length);
      at += 8 + length + buffer.charCodeAt(at + 6);
      if (at > buffer.length) return undefined;
      if (type === 1) begin = `role ${readTwo(content, 0)}, flags ${content.charCodeAt(2)}\n`;
      else if (type === 4) {
        params += content;
        hasParams ||= length === 0;
      } else if (type === 5) input += content;
      const isWhole = type === 5 && length === 0;
      if (!(isWhole || (isEarly && hasParams))) continue;
      const variables = fcgiPairs(params);
      return { end: at, path: pathOf(variables), shown: `${begin}${showVariables(variables)}\n${input}` };
    }
    return undefined;
  },
  complete: (output) => `${fcgiRecord(6, output)}${fcgiRecord(6, '')}${fcgiRecord(3, '\0\0\0\0\0\0\0\0')}`,
  record: ([type = '', text = '']) =>
    fcgiRecord(fcgiTypes[type] ?? Number(type), type === 'end' ? '\0'.repeat(8) : expandBytes(text)),
};

function fcgiPairs(params: string): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  let at = 0;
  const length = () => {
    const first = params.charCodeAt(at++);
    if (first < 128) return first;
    at += 3;
    return ((first & 127) << 24) | (params.charCodeAt(at - 3) << 16) | readTwo(params, at - 2);
  };
  while (at < params.length) {
    const nameLength = length();
    const valueLength = length();
    const name = params.slice(at, at + nameLength);
    at += nameLength + valueLength;
    pairs.push([name, params.slice(at - valueLength, at)]);
  }
  return pairs;
}

const scgi: GatewayProtocol = {
  read(buffer, isEarly) {
    const colon = buffer.indexOf(':');
    const start = colon + 1;
    const headEnd = start + Number(buffer.slice(0, colon));
    if (colon < 0 || buffer.length <= headEnd) return undefined;
    const parts = buffer.slice(start, headEnd).split('\0');
    const variables = parts.flatMap((name, i) =>
      i % 2 === 0 && name !== '' ? [[name, parts[i + 1]!] as const] : [],
    );
    const length = isEarly ? 0 : Number(variableOf(variables, 'CONTENT_LENGTH'));
    const end = headEnd + 1 + length;
    if (buffer.length < end) return undefined;
    const first = variables[0]?.[0];
    const shown = `first ${first}\n${showVariables(variables)}\n${buffer.slice(headEnd + 1, end)}`;
    return { end, path: pathOf(variables), shown };
  },
  complete: (output) => output,
};

const uwsgi: GatewayProtocol = {
  read(buffer, isEarly) {
    if (buffer.length < 4) return undefined;
    const headEnd = 4 + buffer.charCodeAt(1) + buffer.charCodeAt(2) * 256;
    if (buffer.length < headEnd) return undefined;
    const variables: (readonly [string, string])[] = [];
    let at = 4;
    const text = () => {
      const length = buffer.charCodeAt(at) + buffer.charCodeAt(at + 1) * 256;
      at += 2 + length;
      return buffer.slice(at - length, at);
    };
    while (at < headEnd) variables.push([text(), text()]);
    const length = isEarly ? 0 : Number(variableOf(variables, 'CONTENT_LENGTH'));
    if (buffer.length < headEnd + length) return undefined;
    const shown = `modifiers ${buffer.charCodeAt(0)} ${buffer.charCodeAt(3)}\n${showVariables(variables)}\n${buffer.slice(headEnd, headEnd + length)}`;
    return { end: headEnd + length, path: pathOf(variables), shown };
  },
  complete: (output, { status = '200 OK' }) =>
    `HTTP/1.1 ${status}\r\n${output.replace(/^Status: .*\r\n/, '')}`,
};

const ajpHeaders = [
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'authorization',
  'connection',
  'content-type',
  'content-length',
  'cookie',
  'cookie2',
  'host',
  'pragma',
  'referer',
  'user-agent',
];
const ajpMethods = ['', 'OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE'];
const ajpAttributes = [
  '',
  'context',
  'servlet_path',
  'remote_user',
  'auth_type',
  'query_string',
  'jvm_route',
  'ssl_cert',
  'ssl_cipher',
  'ssl_session',
  'req_attribute',
  'ssl_key_size',
  'secret',
  'stored_method',
];

/** Reads the fields of one AJP message. */
function ajpReader(message: string) {
  let at = 0;
  const byte = () => message.charCodeAt(at++);
  const integer = () => {
    at += 2;
    return readTwo(message, at - 2);
  };
  const string = () => {
    const length = integer();
    if (length === 0xffff) return undefined;
    at += length + 1;
    return message.slice(at - length - 1, at - 1);
  };
  return { byte, integer, string, isAtEnd: () => at >= message.length };
}

function showAjpRequest(message: string): { path: string; shown: string; length: number | undefined } {
  const { byte, integer, string, isAtEnd } = ajpReader(message);
  byte();
  const method = byte();
  let length: number | undefined;
  const lines = [`method ${method === 255 ? 'stored' : (ajpMethods[method] ?? method)}`];
  lines.push(`protocol ${string()}`);
  const path = string() ?? '';
  lines.push(
    `uri ${path}`,
    `remote address ${string()}`,
    `remote host ${string()}`,
    `server name ${string()}`,
  );
  lines.push(`server port ${integer()}`, `is SSL ${byte()}`);
  const count = integer();
  for (let i = 0; i < count; i++) {
    const first = byte();
    let name: string;
    if (first === 0xa0) name = `*${ajpHeaders[byte() - 1]}`;
    else {
      const size = first * 256 + byte();
      name = '';
      for (let j = 0; j < size; j++) name += String.fromCharCode(byte());
      byte();
    }
    const value = string();
    if (name === '*content-length') length = Number(value);
    lines.push(`header ${name}: ${value}`);
  }
  const attributes: string[] = [];
  for (let code = byte(); code !== 255 && !isAtEnd(); code = byte()) {
    const name = ajpAttributes[code] ?? String(code);
    if (code === 10) {
      const key = string();
      const value = string();
      attributes.push(`${key}=${key === 'AJP_REMOTE_PORT' ? '@' : value}`);
    } else attributes.push(`${name} ${code === 11 ? integer() : string()}`);
  }
  lines.push(...attributes.sort());
  return { path: path.split('?')[0] ?? '', shown: `${lines.join('\n')}\n`, length };
}

const ajpMessage = (content: string) => `AB${two(content.length)}${content}`;
const ajpString = (text: string) => `${two(text.length)}${text}\0`;

function ajpHead(status: string, fields: readonly string[]): string {
  const pairs = fields.map((field) => {
    const colon = field.indexOf(':');
    return ajpString(field.slice(0, colon)) + ajpString(field.slice(colon + 1).trim());
  });
  return ajpMessage(
    `\x04${two(Number.parseInt(status, 10))}${ajpString(status.slice(4))}${two(fields.length)}${pairs.join('')}`,
  );
}

const ajpChunk = (text: string) => ajpMessage(`\x03${two(text.length)}${text}\0`);

const ajp: GatewayProtocol = {
  read(buffer, isEarly) {
    if (buffer.length < 4) return undefined;
    const end = 4 + readTwo(buffer, 2);
    if (buffer.length < end) return undefined;
    if (buffer.charCodeAt(4) === 10) return { end, path: 'cping', shown: 'cping\n' };
    if (buffer.charCodeAt(4) !== 2) return { end, path: 'data', shown: `data ${buffer.slice(4, end)}\n` };
    const { path, shown, length } = showAjpRequest(buffer.slice(4, end));
    let at = end;
    let body = '';
    let expected = isEarly ? 0 : (length ?? 0);
    while (expected > 0) {
      if (buffer.length < at + 6) return undefined;
      const size = readTwo(buffer, at + 4);
      const next = at + 4 + readTwo(buffer, at + 2);
      if (buffer.length < next) return undefined;
      body += `${size} bytes: ${buffer.slice(at + 6, at + 6 + size)}\n`;
      expected = 0;
      at = next;
    }
    return { end: at, path, shown: `${shown}\n${body}` };
  },
  complete(output, { status = '200 OK' }) {
    const end = output.indexOf('\r\n\r\n');
    const fields = output
      .slice(0, end)
      .split('\r\n')
      .filter((line) => !line.startsWith('Status:') && line !== '');
    return `${ajpHead(status, fields)}${ajpChunk(output.slice(end + 4))}${ajpMessage('\x05\x01')}`;
  },
  record([type = '', text = '', ...fields]) {
    if (type === 'head') return ajpHead(text, fields);
    if (type === 'chunk') return ajpChunk(expandBytes(text));
    if (type === 'flush') return ajpMessage('\x03\0\0\0');
    if (type === 'end') return ajpMessage(text === 'close' ? '\x05\0' : '\x05\x01');
    if (type === 'body') return ajpMessage(`\x06${two(Number(text))}`);
    if (type === 'cpong') return ajpMessage('\x09');
    return ajpMessage(expandBytes(text));
  },
};

/** Protocols of back ends by name, other than HTTP. */
export const gatewayProtocols: Readonly<Record<string, GatewayProtocol>> = { fcgi, scgi, uwsgi, ajp };

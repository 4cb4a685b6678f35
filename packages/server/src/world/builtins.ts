/** Parts of Node that take some milliseconds to load: loaded when first used, as most commands use none of them. */
export const builtins = {
  get childProcess() {
    return process.getBuiltinModule('node:child_process');
  },
  get crypto() {
    return process.getBuiltinModule('node:crypto');
  },
  get dgram() {
    return process.getBuiltinModule('node:dgram');
  },
  get dns() {
    return process.getBuiltinModule('node:dns/promises');
  },
  get http2() {
    return process.getBuiltinModule('node:http2');
  },
  get net() {
    return process.getBuiltinModule('node:net');
  },
  get stream() {
    return process.getBuiltinModule('node:stream');
  },
  get tls() {
    return process.getBuiltinModule('node:tls');
  },
  get zlib() {
    return process.getBuiltinModule('node:zlib');
  },
};

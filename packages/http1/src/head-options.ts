/** The directives that decide how a request head is read. */
export type HeadOptions = {
  /** HttpProtocolOptions Strict; else Unsafe. */
  isStrict: boolean;
  /** Those of HttpProtocolOptions RegisteredMethods; undefined, as with LenientMethods, takes any. */
  acceptedMethods: ReadonlySet<string> | undefined;
  /** HttpProtocolOptions Allow0.9; else Require1.0. */
  allowsHttp09: boolean;
  /** StrictHostCheck: whoever reads the head goes on to look for the host, be it well-formed or not. */
  checksHost: boolean;
  limitRequestLine: number;
  /** 0 is no limit. */
  limitRequestFields: number;
  limitRequestFieldSize: number;
};

/** What holds when no directive says otherwise. */
export const defaultHeadOptions: HeadOptions = {
  isStrict: true,
  acceptedMethods: undefined,
  allowsHttp09: true,
  checksHost: false,
  limitRequestLine: 8190,
  limitRequestFields: 100,
  limitRequestFieldSize: 8190,
};

/** A line Apache writes to its error log. */
export type LogLine = { level: 'debug' | 'info'; text: string };

const registered =
  'GET PUT POST DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK ' +
  'VERSION-CONTROL CHECKOUT UNCHECKOUT CHECKIN UPDATE LABEL REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE HEAD';

/** The methods httpd registers itself. httpd: modules/http/http_protocol.c ap_method_registry_init */
export const registeredMethods: ReadonlySet<string> = new Set(registered.split(' '));

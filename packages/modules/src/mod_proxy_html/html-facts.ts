// The HTML 4 document type, with what libxml2 2.9 adds to it, which httpd's filter parses with.

/** Open elements (left) end where one of the others begins. */
export const closedBy: Readonly<Record<string, string>> = {
  a: 'a fieldset table td th',
  address: 'dd dl dt form li ul',
  'b i': 'center p td th',
  'big s small strike tt': 'p',
  'caption col': 'col colgroup tbody tfoot thead tr',
  colgroup: 'colgroup tbody tfoot thead tr',
  dd: 'dt',
  'dir menu': 'dd dl dt form ul',
  dl: 'form li',
  dt: 'dd dl',
  font: 'center td th',
  'form hr': 'form',
  'h1 h2 h3 h4 h5 h6': 'fieldset form li p table',
  head: 'a abbr acronym address b bdo big blockquote body br center cite code dd dfn dir div dl dt em fieldset font form frameset h1 h2 h3 h4 h5 h6 hr i iframe img kbd li listing map menu ol p pre q s samp small span strike strong sub sup table tt u ul var xmp',
  legend: 'fieldset',
  li: 'li',
  'link style title': 'body frameset',
  'listing pre xmp': 'dd dl dt fieldset form li table ul',
  ol: 'form ul',
  option: 'optgroup option',
  p: 'address blockquote body caption center col colgroup dd dir div dl dt fieldset form frameset h1 h2 h3 h4 h5 h6 head hr li listing menu ol p pre table tbody td tfoot th title tr ul xmp',
  script: 'noscript',
  span: 'td th',
  'tbody thead': 'tbody tfoot',
  'td th': 'tbody td tfoot th tr',
  tfoot: 'tbody',
  tr: 'tbody tfoot tr',
  u: 'p td th',
  ul: 'address form menu ol pre',
};

/** Attributes that many elements have. */
export const attributeGroups: Readonly<Record<string, string>> = {
  '%core': 'id class style title',
  '%i18n': 'lang dir',
  '%events': 'onclick ondblclick onmousedown onmouseup onmouseover onmouseout onkeypress onkeydown onkeyup',
};

/** Flags of an element (`e` empty, `d` deprecated), then its allowed, deprecated and required attributes. */
export type ElementFacts = readonly [flags: string, allowed: string, deprecated?: string, required?: string];

export const elements: Readonly<Record<string, ElementFacts>> = {
  a: [
    '',
    '%core %i18n %events charset type name href hreflang rel rev accesskey shape coords tabindex onfocus onblur',
    'target',
  ],
  abbr: ['', '%core %i18n %events'],
  acronym: ['', '%core %i18n %events'],
  address: ['', '%core %i18n %events'],
  applet: ['d', '', '%core codebase archive alt name height width align hspace vspace'],
  area: ['e', 'shape coords href nohref tabindex accesskey onfocus onblur', 'target', 'alt'],
  b: ['', '%core %i18n %events'],
  base: ['e', '', 'target', 'href'],
  basefont: ['ed', '', 'id size color face'],
  bdo: ['', '%core %i18n', '', 'dir'],
  big: ['', '%core %i18n %events'],
  blockquote: ['', '%core %i18n %events cite'],
  body: ['', '%core %i18n %events onload onunload', 'background bgcolor text link vlink alink'],
  br: ['e', '%core', 'clear'],
  button: ['', '%core %i18n %events name value type disabled tabindex accesskey onfocus onblur'],
  caption: ['', '%core %i18n %events'],
  center: ['d', '', '%core %i18n %events'],
  cite: ['', '%core %i18n %events'],
  code: ['', '%core %i18n %events'],
  col: ['e', '%core %i18n %events span width align char charoff valign'],
  colgroup: ['', '%core %i18n %events span width align char charoff valign'],
  dd: ['', '%core %i18n %events'],
  del: ['', '%core %i18n %events datetime cite'],
  dfn: ['', '%core %i18n %events'],
  dir: ['d', '', '%core %i18n %events compact'],
  div: ['', '%core %i18n %events', 'align'],
  dl: ['', '%core %i18n %events', 'compact'],
  dt: ['', '%core %i18n %events'],
  em: ['', '%core %i18n %events'],
  embed: [
    'd',
    '%core align alt border code codebase frameborder height hidden hspace name palette pluginspace pluginurl src type units vspace width',
  ],
  fieldset: ['', '%core %i18n %events'],
  font: ['d', '', '%core %i18n size color face'],
  form: [
    '',
    '%core %i18n %events method enctype accept name onsubmit onreset accept-charset',
    'target',
    'action',
  ],
  frame: ['e', '', '%core longdesc name src frameborder marginwidth marginheight noresize scrolling'],
  frameset: ['', '', '%core rows cols onload onunload'],
  h1: ['', '%core %i18n %events', 'align'],
  h2: ['', '%core %i18n %events', 'align'],
  h3: ['', '%core %i18n %events', 'align'],
  h4: ['', '%core %i18n %events', 'align'],
  h5: ['', '%core %i18n %events', 'align'],
  h6: ['', '%core %i18n %events', 'align'],
  head: ['', '%i18n profile'],
  hr: ['e', '%core %i18n %events', 'align noshade size width'],
  html: ['', '%i18n', 'version'],
  i: ['', '%core %i18n %events'],
  iframe: [
    '',
    '',
    '%core longdesc name src frameborder marginwidth marginheight scrolling align height width',
  ],
  img: ['e', '%core %i18n %events longdesc name height width usemap ismap', 'align', 'src alt'],
  input: [
    'e',
    '%core %i18n %events type name value checked disabled readonly size maxlength src alt usemap ismap tabindex accesskey onfocus onblur onselect onchange accept',
    'align',
  ],
  ins: ['', '%core %i18n %events datetime cite'],
  isindex: ['ed', '', '%core %i18n prompt'],
  kbd: ['', '%core %i18n %events'],
  label: ['', '%core %i18n %events for accesskey onfocus onblur'],
  legend: ['', '%core %i18n %events accesskey', 'align'],
  li: ['', '%core %i18n %events'],
  link: ['e', '%core %i18n %events charset href hreflang type rel rev media', 'target'],
  map: ['', '%core %i18n %events', '', 'name'],
  menu: ['d', '', '%core %i18n %events compact'],
  meta: ['e', '%i18n http-equiv name scheme charset', '', 'content'],
  noframes: ['', '%core %i18n %events'],
  noscript: ['', '%core %i18n %events'],
  object: [
    '',
    '%core %i18n %events declare classid codebase data type codetype archive standby height width usemap name tabindex',
    'align border hspace vspace',
  ],
  ol: ['', '%core %i18n %events', 'type compact start'],
  optgroup: ['', '%core %i18n %events disabled', '', 'label'],
  option: ['', '%core %i18n %events disabled label selected value'],
  p: ['', '%core %i18n %events', 'align'],
  param: ['e', 'id value valuetype type', '', 'name'],
  pre: ['', '%core %i18n %events', 'width'],
  q: ['', '%core %i18n %events cite'],
  s: ['d', '', '%core %i18n %events'],
  samp: ['', '%core %i18n %events'],
  script: ['', 'charset src defer event for', 'language', 'type'],
  select: ['', '%core %i18n %events name size multiple disabled tabindex onfocus onblur onchange'],
  small: ['', '%core %i18n %events'],
  span: ['', '%core %i18n %events'],
  strike: ['d', '', '%core %i18n %events'],
  strong: ['', '%core %i18n %events'],
  style: ['', '%i18n media title', '', 'type'],
  sub: ['', '%core %i18n %events'],
  sup: ['', '%core %i18n %events'],
  table: [
    '',
    '%core %i18n %events summary width border frame rules cellspacing cellpadding datapagesize',
    'align bgcolor',
  ],
  tbody: ['', '%core %i18n %events align char charoff valign'],
  td: [
    '',
    '%core %i18n %events abbr axis headers scope rowspan colspan align char charoff valign',
    'nowrap bgcolor width height',
  ],
  textarea: [
    '',
    '%core %i18n %events name disabled readonly tabindex accesskey onfocus onblur onselect onchange',
    '',
    'rows cols',
  ],
  tfoot: ['', '%core %i18n %events align char charoff valign'],
  th: [
    '',
    '%core %i18n %events abbr axis headers scope rowspan colspan align char charoff valign',
    'nowrap bgcolor width height',
  ],
  thead: ['', '%core %i18n %events align char charoff valign'],
  title: ['', '%i18n'],
  tr: ['', '%core %i18n %events align char charoff valign', 'bgcolor'],
  tt: ['', '%core %i18n %events'],
  u: ['d', '', '%core %i18n %events'],
  ul: ['', '%core %i18n %events', 'type compact'],
  var: ['', '%core %i18n %events'],
};

/** Entities: name and code of each. */
export const entities =
  'quot 34 amp 38 apos 39 lt 60 gt 62 nbsp 160 iexcl 161 cent 162 pound 163 curren 164 yen 165 ' +
  'brvbar 166 sect 167 uml 168 copy 169 ordf 170 laquo 171 not 172 shy 173 reg 174 macr 175 ' +
  'deg 176 plusmn 177 sup2 178 sup3 179 acute 180 micro 181 para 182 middot 183 cedil 184 ' +
  'sup1 185 ordm 186 raquo 187 frac14 188 frac12 189 frac34 190 iquest 191 Agrave 192 Aacute 193 ' +
  'Acirc 194 Atilde 195 Auml 196 Aring 197 AElig 198 Ccedil 199 Egrave 200 Eacute 201 Ecirc 202 ' +
  'Euml 203 Igrave 204 Iacute 205 Icirc 206 Iuml 207 ETH 208 Ntilde 209 Ograve 210 Oacute 211 ' +
  'Ocirc 212 Otilde 213 Ouml 214 times 215 Oslash 216 Ugrave 217 Uacute 218 Ucirc 219 Uuml 220 ' +
  'Yacute 221 THORN 222 szlig 223 agrave 224 aacute 225 acirc 226 atilde 227 auml 228 aring 229 ' +
  'aelig 230 ccedil 231 egrave 232 eacute 233 ecirc 234 euml 235 igrave 236 iacute 237 icirc 238 ' +
  'iuml 239 eth 240 ntilde 241 ograve 242 oacute 243 ocirc 244 otilde 245 ouml 246 divide 247 ' +
  'oslash 248 ugrave 249 uacute 250 ucirc 251 uuml 252 yacute 253 thorn 254 yuml 255 OElig 338 ' +
  'oelig 339 Scaron 352 scaron 353 Yuml 376 fnof 402 circ 710 tilde 732 Alpha 913 Beta 914 ' +
  'Gamma 915 Delta 916 Epsilon 917 Zeta 918 Eta 919 Theta 920 Iota 921 Kappa 922 Lambda 923 ' +
  'Mu 924 Nu 925 Xi 926 Omicron 927 Pi 928 Rho 929 Sigma 931 Tau 932 Upsilon 933 Phi 934 Chi 935 ' +
  'Psi 936 Omega 937 alpha 945 beta 946 gamma 947 delta 948 epsilon 949 zeta 950 eta 951 ' +
  'theta 952 iota 953 kappa 954 lambda 955 mu 956 nu 957 xi 958 omicron 959 pi 960 rho 961 ' +
  'sigmaf 962 sigma 963 tau 964 upsilon 965 phi 966 chi 967 psi 968 omega 969 thetasym 977 ' +
  'upsih 978 piv 982 ensp 8194 emsp 8195 thinsp 8201 zwnj 8204 zwj 8205 lrm 8206 rlm 8207 ' +
  'ndash 8211 mdash 8212 lsquo 8216 rsquo 8217 sbquo 8218 ldquo 8220 rdquo 8221 bdquo 8222 ' +
  'dagger 8224 Dagger 8225 bull 8226 hellip 8230 permil 8240 prime 8242 Prime 8243 lsaquo 8249 ' +
  'rsaquo 8250 oline 8254 frasl 8260 euro 8364 image 8465 weierp 8472 real 8476 trade 8482 ' +
  'alefsym 8501 larr 8592 uarr 8593 rarr 8594 darr 8595 harr 8596 crarr 8629 lArr 8656 uArr 8657 ' +
  'rArr 8658 dArr 8659 hArr 8660 forall 8704 part 8706 exist 8707 empty 8709 nabla 8711 isin 8712 ' +
  'notin 8713 ni 8715 prod 8719 sum 8721 minus 8722 lowast 8727 radic 8730 prop 8733 infin 8734 ' +
  'ang 8736 and 8743 or 8744 cap 8745 cup 8746 int 8747 there4 8756 sim 8764 cong 8773 asymp 8776 ' +
  'ne 8800 equiv 8801 le 8804 ge 8805 sub 8834 sup 8835 nsub 8836 sube 8838 supe 8839 oplus 8853 ' +
  'otimes 8855 perp 8869 sdot 8901 lceil 8968 rceil 8969 lfloor 8970 rfloor 8971 lang 9001 ' +
  'rang 9002 loz 9674 spades 9824 clubs 9827 hearts 9829 diams 9830';

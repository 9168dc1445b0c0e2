import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { maxQueryChars } from '../../src/query/limits.ts';
import { maxAnswerBytes } from '../../src/segment/http.ts';
import { oneIn } from '../support/runs.ts';
import { syntaxOf } from '../support/syntax.ts';

/*
 * Every regular expression of src, with the bound of what it reads. None may take more than linear
 * time on that, whoever wrote it. A new pattern goes into the table.
 */

/** Where a text comes from that a pattern reads, and how many characters it has at most. */
const maxChars = {
  /** A row or phrase of ours. */
  own: 200,
  /** A flag or an environment variable: one may have 128 KiB on Linux. */
  setting: 128 * 1024,
  /** The body of a tool call, on one line of stdin. */
  message: 8 * 1024 * 1024,
  /** A definition, or a part of one. */
  query: maxQueryChars,
  /** A header, or the target of a request: Node.js takes in 16 KiB. */
  header: 16 * 1024,
  /** What Segment returns, or something before it. */
  answer: maxAnswerBytes,
  /** What is looked at of a page that is not Segment's. */
  page: 20_000,
  /** A line of a file that is checked. */
  file: 1024 * 1024,
  /** The body of a request to the sandbox. */
  body: 1024 * 1024,
} as const;
type Source = keyof typeof maxChars;

/** By file: each pattern, and what it reads. */
const listed: Record<string, Record<string, Source>> = {
  'access/bearer.ts': {
    '/ +/': 'header',
  },
  'access/challenge.ts': {
    '/[^\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]/g': 'own',
  },
  'access/file-text.ts': {
    '/position (\\d+)/': 'file',
    '/^[A-Za-z][A-Za-z_-]{0,31}$/': 'file',
    '/^[A-Za-z][\\w-]{0,31}$/': 'file',
    '/^sg[pm]_/': 'file',
    '/^\\./': 'file',
  },
  'access/issuer-keys.ts': {
    '/\\/$/': 'setting',
  },
  'access/keys-file.ts': {
    '/^[^\\p{Cc}\\p{Default_Ignorable_Code_Point}]{1,200}$/u': 'file',
    '/^[a-z\\d][a-z\\d_-]{0,63}$/i': 'file',
    '/^sgm_[\\w-]{43}$/': 'header',
    '/^sha256:[\\da-f]{64}$/': 'file',
  },
  'access/oauth.ts': {
    '/^[\\x21-\\x7e]{1,128}$/': 'header',
  },
  'access/policy-words.ts': {
    '/^[1-9]\\d{0,4}$/': 'setting',
  },
  'access/policy.ts': {
    '/^[a-z\\d][a-z\\d_-]{0,31}$/i': 'file',
  },
  'access/tokens-file.ts': {
    '/\\.$/': 'own',
  },
  'app/page/chip.ts': {
    '/^[A-Z_]+$|_/': 'answer',
  },
  'app/page/code.ts': {
    '/^(and|or|not|any|all)$/i': 'query',
  },
  'app/page/compare.ts': {
    '/\\w/': 'own',
  },
  'app/page/findings.ts': {
    '/^- \\*\\*(\\w+)\\*\\* \\([\\w ]+\\): (.*)/': 'answer',
  },
  'app/page/lines.ts': {
    '/^(and|or)$/i': 'query',
  },
  'app/page/markdown.ts': {
    '/\\\\([\\\\*"])|(\\*\\*)|./gsu': 'answer',
  },
  'app/page/problem.ts': {
    '/^(find|list|get|check|describe)_/': 'own',
  },
  'app/page/question.ts': {
    '/^("|without a name)/': 'answer',
    '/^\\w+$/': 'answer',
    '/^from /': 'answer',
  },
  'app/page/tree.ts': {
    '/…\\[cut, \\d+ characters in all\\]$/': 'answer',
  },
  'app/page/words.ts': {
    '/(?!\\ufe0f)[\\p{Cc}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\u2028\\u2029\\ufff9-\\ufffb]/gu':
      'answer',
    '/(?<=[a-z])[A-Z]/g': 'own',
  },
  'cli.ts': {
    '/^-+/': 'setting',
    '/^https?:\\/\\//i': 'setting',
  },
  'commands/clients/entry-secrets.ts': {
    '/token|secret|passwd|password|api-?_?key|authorization|credential|(?:pass|passphrase|pwd|auth|key|(?<![a-z])pat)s?\\d*(?![a-z])/i':
      'file',
    '/_env_var$|_keys$|-env$|^env_http_headers$/': 'file',
    '/_FILE$/': 'file',
    '/^(?:http_?)?headers$/i': 'file',
    '/^(?:env|envs|environment)$/': 'file',
    '/^(?:true|false|yes|no|on|off|\\d{1,5})$/i': 'file',
    '/^[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}$/i': 'file',
    '/\\W/': 'file',
    '/\\d/': 'file',
    '/[a-z]/i': 'file',
    '/^(?:spa|aud)_/': 'file',
    '/^[^=+]*$/': 'file',
    '/^(?:~|\\.{1,2}|[a-z]:)?[\\\\/][^=+]*$/i': 'file',
    '/[\\\\/]|\\.\\w{1,8}$/': 'file',
    '/^[A-Z]\\w*-/': 'file',
    '/(?<!\\w)(?:Bearer|Basic)[ \\t]{1,20}([^\\s"\',]+)/gi': 'file',
    '/(?<![\\w-])--?([\\w-]{1,100})["\',\\s]{1,20}([^\\s"\',]+)/g': 'file',
    '/(?<![\\w+.-])[a-z]{2,20}:\\/\\/[^\\s"\'<>]+/gi': 'file',
    '/\\W+/': 'file',
    '/(?<![\\w-])["\']?([\\w-]{1,100})["\']?[ \\t]{0,20}[:=][ \\t]{0,20}(?:"([^"\\r\\n]*)"|\'([^\'\\r\\n]*)\'|([^\\s"\',]+))/g':
      'file',
    '/\\r\\n|\\n|\\r/': 'file',
    '/(?<!\\w)sgp_\\w{16,}/g': 'file',
    '/^[a-z]+\\W?$/': 'file',
    '/(SEGMENT_API_TOKEN|SEGMENT_MCP_SECRET)["\']?[ \\t]{0,20}[:=][ \\t]{0,20}["\']?([^\\s"\',]{8,200})/g':
      'file',
    '/[,=\\s/]/': 'file',
    '/^(?:Bearer|Basic) +/i': 'file',
  },
  'commands/setup/kept-paths.ts': {
    '/\\.$/': 'setting',
  },
  'commands/setup/kept-settings.ts': {
    '/\\.$/': 'setting',
  },
  'commands/doctor/node-options.ts': {
    '/\\s+/': 'file',
    '/^(?:\\.{1,2}[\\\\/]|[\\\\/]|[a-z]:[\\\\/])/i': 'file',
  },
  'commands/clients/entry.ts': {
    '/^node(?:js)?[\\d.-]*$/': 'file',
    '/\\.(?:exe|cmd|bat|ps1)$/': 'file',
    '/[\\\\/]/': 'file',
  },
  'commands/clients/program.ts': {
    '/[\\\\/]/': 'file',
    '/[\\s"\']+/': 'file',
    '/[/:@]/': 'file',
    '/^main\\.[cm]?[jt]s$/': 'file',
    '/^\\.(?:cmd|exe|ps1|bat|[cm]?js)$/i': 'file',
  },
  'commands/clients/downloads.ts': {
    '/(?:-cli)?\\.[cm]?js$/': 'file',
    '/^([^=]*)=(.*)$/s': 'file',
    '/^(?:@[\\w.~-]+\\/)?[\\w.~-]+$/': 'file',
    '/\\.(?:tgz|tar|tar\\.gz)$/i': 'file',
    '/^(?:file:|\\.{0,2}[\\\\/]|~[\\\\/]|[a-z]:[\\\\/])/i': 'file',
    '/[\\\\/:#?@=]/': 'file',
    '/^(?:$|\\.|-\\d)/': 'file',
  },
  'commands/clients/wrappers.ts': {
    '/\\s+/': 'file',
    '/^\\/[ckr]$/i': 'file',
    '/^-[a-z]+$/': 'file',
    '/^[-/](?:c|command)$/i': 'file',
    '/^\\w+=/': 'file',
    '/[%^]/': 'file',
    '/[|&;<>()$`*?[\\]{}!\\r\\n]/': 'file',
    '/"[^"]*"|\'[^\']*\'|[^\\s"\']+/g': 'file',
    '/^["\']/': 'file',
  },
  'commands/clients/json-edits.ts': {
    '/[\\r\\n]([ \\t]+)["{[]/': 'file',
    '/[\\r\\n]./': 'file',
    '/[\\r\\n]/': 'file',
    '/\\r\\n|\\n|\\r/': 'file',
    '/^[ \\t]*(?:\\r\\n|\\n|\\r)/': 'file',
    '/^[ \\t]/': 'file',
  },
  'commands/clients/json-tree.ts': {
    '/\\r\\n|\\n|\\r/': 'file',
  },
  'commands/command-line.ts': {
    '/^[\\w./:=@+,-]+$/': 'setting',
  },
  'commands/doctor/entry-paths.ts': {
    '/^%[^%]+%/': 'file',
    '/^~[\\\\/]/': 'file',
  },
  'commands/doctor/server-checks.ts': {
    '/^Bearer\\b/i': 'header',
    '/resource_metadata="([^"]*)"/': 'header',
  },
  'commands/doctor/own-start.ts': {
    '/^v\\d+\\.\\d+\\.\\d+/': 'setting',
  },
  'commands/doctor/segment-checks.ts': {
    '/\\.$/': 'answer',
  },
  'commands/keys.ts': {
    '/^([1-9]\\d{0,3})d$/i': 'setting',
    '/^\\d{4}-\\d\\d-\\d\\d(?:T\\d\\d:\\d\\d(?::\\d\\d)?(?:Z|[+-]\\d\\d:\\d\\d))?$/': 'setting',
  },
  'commands/endpoint.ts': {
    '/^[A-Za-z_]\\w{0,99}$/': 'setting',
  },
  'commands/setup/show.ts': {
    '/\\r\\n|\\n|\\r/': 'file',
    '/^[ \\t]*/': 'file',
  },
  'commands/setup/start.ts': {
    '/[\\\\/]/': 'setting',
    '/^(dlx|bunx)-/': 'setting',
  },
  'help.ts': {
    '/\\[[^\\]]*\\]\\S*|<[^>]*>\\S*|\\S+/g': 'own',
  },
  'config/http-address.ts': {
    '/^(?:[a-z\\d]|[a-z\\d][a-z\\d._-]*[a-z\\d]|\\[[\\da-f:.]+\\])$/i': 'setting',
    '/^(?:localhost|\\[?::1\\]?|127(?:\\.\\d{1,3}){3})$/': 'setting',
    '/^[\\da-f:.]+$/i': 'setting',
    '/^\\[|\\]$/g': 'setting',
    '/^\\d{1,5}$/': 'setting',
  },
  'config/http-settings.ts': {
    '/[^a-z\\d._-]/gi': 'setting',
    '/^[^a-z\\d]/i': 'setting',
    '/^[a-z\\d][a-z\\d._-]*$/i': 'setting',
    '/^\\/?\\d{0,5}$/': 'setting',
    '/^\\S+$/': 'setting',
  },
  'commands/check/source.ts': {
    '/^[ \\t]*(?:#|\\/\\/)/': 'file',
    '/^[ \\t]*(?:#|\\/\\/)[ \\t]*type[ \\t]*:[ \\t]*(\\S+)[ \\t]*$/i': 'file',
  },
  'mcp/arguments.ts': {
    '/^-?\\d{1,15}$/': 'message',
  },
  'mcp/request-params.ts': {
    '/^Invalid input: /': 'own',
  },
  'mcp/start-of-message.ts': {
    '/\\s*(?:("(?:[^"\\\\]|\\\\[\\s\\S])*")|([{}[\\],:])|([^\\s"{}[\\],:]+))/y': 'message',
  },
  'config/misnamed.ts': {
    '/^([a-z]+)[_.-](?:mcp[_.-])?/i': 'setting',
  },
  'text/nearest.ts': {
    '/[-_. ]/g': 'message',
  },
  'safety/as-sent.ts': {
    '/\\s/': 'answer',
  },
  'space/missing-keys.ts': {
    '/^[a-z0-9_]+$/': 'answer',
  },
  'space/names.ts': {
    '/^\\d{4}-\\d{2}-\\d{2}/': 'answer',
  },
  'pictures/markup.ts': {
    '/[&<>"\']/g': 'answer',
    '/[\\ufffe\\uffff]/g': 'answer',
  },
  'pictures/mermaid.ts': {
    '/[^\\p{L}\\p{M}\\p{N} .,()…–-]/gu': 'answer',
  },
  'pictures/report.ts': {
    '/^\\d{4}-\\d{2}-\\d{2}/': 'answer',
  },
  'pictures/status.ts': {
    '/\\s+/g': 'answer',
  },
  'pictures/text-width.ts': {
    '/[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Extended_Pictographic}\\p{Regional_Indicator}\\uff01-\\uff60]/u':
      'own',
    '/^[A-Z]$/': 'own',
    '/^[a-z0-9$?+<>=~_^&#]$/': 'own',
  },
  'prompts/text.ts': {
    '/\\r\\n?/g': 'message',
  },
  'space/suggestions.ts': {
    '/[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]/u': 'answer',
  },
  'query/app-sentence.ts': {
    '/^\\p{Lu}/u': 'query',
    '/^(a|an|the|null|nothing|none|empty|unknown|today|yesterday|tomorrow|now|not|any)$/i': 'query',
  },
  'query/between-conditions.ts': {
    '/\\b\\d+ \\p{L}/u': 'query',
    '/^(?:i?like|rlike|regexp?|matches|similar)\\b/i': 'query',
    '/^times?$/i': 'query',
    '/^(?:ago|from|back|before|earlier)$/i': 'query',
    '/^[.,]$/': 'query',
  },
  'query/catalog.ts': {
    '/^(?:exclud(?:e|ing)_?sources?|sources?_?exclud(?:e|ed|ing))$/i': 'query',
    '/^(?:count_?(?:distinct|unique)|(?:distinct|unique)_?count)$/i': 'query',
  },
  'query/check-definition.ts': {
    '/[=<>]/': 'query',
    '/^(\\d+) ?(\\p{L}+)$/u': 'query',
  },
  'query/check-place.ts': {
    '/^(?:(?:has|have|is)_?)?(?:once|ever|did|do|done|perform(?:ed)?|occur(?:red|s)?|happen(?:ed|s)?|at_?least_?once)$/i':
      'query',
    '/^(?:never|none|(?:never|not|did_?not|didnt|has_?not|hasnt|have_?not|havent)_?(?:did|do|done|perform(?:ed)?|occur(?:red)?|happen(?:ed)?))$/i':
      'query',
    '/^(?:true|false)$/i': 'query',
    '/^(not_?)?(?:is_?)?(?:member_?of|(?:in_?|member_?of_?)?(?:audience|segment))$/i': 'query',
    '/^true$/i': 'query',
    '/date|time/i': 'query',
    '/like$|match|regex|pattern/i': 'query',
    '/between|range/i': 'query',
    '/source/i': 'query',
    '/^in_?(?:audience|segment)$/i': 'query',
    '/^not$/i': 'query',
  },
  'query/check-values.ts': {
    '/^(\\d+)[-/. ](\\d+)[-/. ](\\d+)$/': 'query',
  },
  'query/count-conditions.ts': {
    '/--[^\\n]*|\\/\\/[^\\n]*|#[^\\n]*|\\/\\*[\\s\\S]*?(?:\\*\\/|$)|\'(?:[^\'\\\\]|\\\\[\\s\\S])*(?:\'|\\\\?$)|"(?:[^"\\\\]|\\\\[\\s\\S])*(?:"|\\\\?$)|[\\p{L}_$][\\p{L}\\p{N}_]*|\\S/gu':
      'message',
    '/^(?:and|or)$/i': 'message',
    '/^(?!(?:and|or|not|any|all)$)[\\p{L}_$]/iu': 'message',
  },
  'query/durations.ts': {
    '/s$/': 'query',
  },
  'app/host/events.ts': {
    '/\\r?\\n/': 'answer',
    '/^ /': 'answer',
  },
  'app/host/surroundings.ts': {
    '/^--(?:color|font|border|shadow)-/': 'own',
  },
  'query/explanation-marks.ts': {
    '/(\\ue000\\d+;|\\ue001|\\ue002\\d+;)/': 'query',
    '/^(?:\\ue000\\d+;)*./': 'query',
  },
  'query/fix-atoms.ts': {
    '/^between$/i': 'query',
    '/^like$/i': 'query',
    '/^[(){}[\\],.:]$/': 'query',
    '/\\p{Default_Ignorable_Code_Point}/gu': 'query',
    "/[\\p{L}\\p{N}_]+|[^\\s'\\p{L}\\p{N}_]/gu": 'query',
    '/^(\\d+)(\\p{L}+)$/u': 'query',
    '/^\\w/': 'query',
    '/(?:^|_)(?:is|of|the)(?:_|$)/i': 'query',
    '/^(?:is|of|the)$/': 'query',
    '/^\\p{L}/u': 'query',
    '/^[({[]$/': 'query',
    '/^[)}\\]]$/': 'query',
    '/^is$/i': 'query',
    '/^(?:to|-)$/i': 'query',
    '/^(?:like|between)$/': 'query',
    '/^(?:exclude|include|parent)$/i': 'query',
    '/^[{,]$/': 'query',
  },
  'query/fix-meaning.ts': {
    "/^'|'$/g": 'query',
    '/^[1-9]\\d{0,2}(?:,\\d{3})+$/': 'query',
    '/^\\d/': 'query',
  },
  'query/foreign-comparison.ts': {
    '/^(?:contains?|includes?)$/': 'query',
    '/^(?:of|any)$/': 'query',
    '/^(?:is|does|do|did)$/': 'query',
    '/^(?:|contains?|includes?)$/': 'query',
    '/^(?:any|one|none)$/': 'query',
    '/^is/': 'query',
    '/^(?:in|within)$/': 'query',
    '/^(?:last|past|next)$/': 'query',
    '/^(%?)([^%_\\\\]+)(%?)$/': 'query',
    '/^times?$/': 'query',
  },
  'query/foreign-text.ts': {
    '/^(?:where|filter|count|summarize|stats|search|project)$/': 'query',
    '/^(?:not|any|all)$/i': 'query',
    '/^(select|where|from|having|update|delete|insert)$/i': 'query',
    '/^(lambda|function|def|const|var|df|db)$/': 'query',
    '/^[.[(]$/': 'query',
    '/^(and|or|not|any|all)$/i': 'query',
    '/[=<>\\u2264\\u2265\\u2260&|+*/[\\]]/': 'query',
  },
  'query/json-condition.ts': {
    '/[_-]/g': 'query',
    '/^(=|!=|>|>=|<|<=)$/': 'query',
  },
  'query/json-value.ts': {
    '/\\s+/y': 'query',
    '/-?\\d+(?:\\.\\d+)?(?![\\w.])/y': 'query',
    '/[A-Za-z_$][\\w$.]*/y': 'query',
    '/"(?:[^"\\\\\\n]|\\\\[\\s\\S])*"|\'(?:[^\'\\\\\\n]|\\\\[\\s\\S])*\'/y': 'query',
    '/\\\\([\\s\\S])/g': 'query',
  },
  'query/keywords.ts': {
    "/[\\w')}]/": 'query',
    '/\\w/': 'query',
  },
  'query/lengths-in-words.ts': {
    '/^\\d{1,9}$/': 'setting',
    '/s$/': 'query',
  },
  'query/html-entities.ts': {
    '/&(?:quot|apos|#34|#39|#x27);/': 'query',
    '/&(quot|apos|lt|gt|amp|#34|#39|#x27);/g': 'query',
    '/[\'"]/': 'query',
    '/\\)\\s*&(?:lt|gt);/': 'query',
  },
  'query/lexer.ts': {
    '/[()[\\]{}\'"`“”‘’,]/': 'query',
    '/\\s+/': 'query',
    '/--[^\\n]*|\\/\\/[^\\n]*|#[^\\n]*|\\/\\*[\\s\\S]*?(?:\\*\\/|$)/': 'query',
    '/\\d{4}-?\\d{2}-?\\d{2}[Tt]\\d[\\d:.]*(?:,\\d+(?=[Zz+-]))?(?:[Zz]|[+-]\\d{2}(?::?\\d{2})?)?/':
      'query',
    '/\\d{4}-\\d{2}-\\d{2}(?!\\d)/': 'query',
    '/(?:\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|\\d{1,2}[-/.]\\d{1,2}[-/.](?:\\d{4}|\\d{2}))(?![\\d.])/':
      'query',
    '/\\+?(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?:[eE][+-]?\\d+(?![\\p{L}_]))?/u': 'query',
    '/[\\p{L}_$][\\p{L}\\p{N}_]*/u': 'query',
    '/[^\\p{L}_$\\d\\s\'"`\\u2018\\u2019\\u201a\\u201c\\u201d\\u201e\\u00ab=<>!(){}[\\],.:&|≥≤≠-]+/u':
      'query',
    '/\\s*(?:[),}]|$)|\\s+(?:AND|OR)\\b/iy': 'query',
    '/^[\\p{Default_Ignorable_Code_Point}\\p{Cc}]+$/u': 'query',
    "/\\\\[.\\\\']/g": 'query',
    '/=>|=<|<>|!>=|!<=|!>|!<|>=|<=|!==|!=|===|==|&&|\\|\\||[=<>!(){}[\\],.:&|≥≤≠-]/': 'query',
    '/(?<!\\p{L})[\'"`‘’“”]|[\'"`‘’“”](?!\\p{L})/u': 'query',
    '/^[\\p{L}\\p{N}_ @.-]*[\\p{L}\\p{N}_]$/u': 'query',
  },
  'query/lint-names.ts': {
    '/^[!-~](?:[ -~]*[!-~])?$/': 'query',
    '/[^ -~]/': 'query',
    '/[\\p{Cc}\\p{Default_Ignorable_Code_Point}]/u': 'query',
  },
  'query/lint-times.ts': {
    '/^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})(?:[Tt ]|$)/': 'query',
    '/^\\d{1,2}([-/.])\\d{1,2}\\1\\d{4}(?:[Tt ,]|$)/': 'query',
    '/[a-z_]+|\\S/i': 'query',
    '/[a-z_]+|\\d+|\\S/g': 'query',
    '/^\\d/': 'query',
  },
  'query/lookahead.ts': {
    '/^(true|false)$/i': 'query',
    '/^[({[]$/': 'query',
    '/^[*/+^]+$/': 'query',
  },
  'query/numbers.ts': {
    '/^[1-9]\\d*$/': 'query',
    '/^(?:\\d+(?:\\.\\d+)?|\\.\\d+)$/': 'query',
    '/^\\+?(\\d*)(?:\\.(\\d+))?(?:[eE]([+-]?\\d+))?$/': 'query',
    '/^0+(?=\\d)/': 'query',
  },
  'query/path.ts': {
    '/^event$/i': 'query',
  },
  'query/phrases.ts': {
    '/(the (?:last|next) )?\\{(\\w+)\\}/g': 'own',
    '/^1 /': 'own',
    '/\\\\+|["*]/g': 'query',
  },
  'query/read-foreign.ts': {
    '/^=+$/': 'query',
    '/^(!=+|<>|≠)$/': 'query',
  },
  'query/read-values.ts': {
    "/\\p{L}''(?:s|t|re|ve|ll|d|m)(?!\\p{L})/u": 'query',
    "/(?:^'|[^\\p{L}])''|''(?:[^\\p{L}]|$)/u": 'query',
    '/next/i': 'query',
    '/^(?:of|after|from|since|the)$/i': 'query',
    '/^[1-9]\\d{0,2}(?:,\\d{3})+$/': 'query',
    '/^[\\s),\\]}]?$/': 'query',
    '/\\s+/': 'query',
    '/^(?:number|string|array)$/': 'query',
    '/^(\\p{L}+)\\d+$/u': 'query',
  },
  'query/readings.ts': {
    '/[ _-]/g': 'query',
    '/[<>]/': 'own',
    '/\\{vs?\\}/': 'own',
    '/^[a-z][a-z0-9_]*$/': 'query',
    '/[\\\\\\p{Cc}]/u': 'query',
  },
  'query/render.ts': {
    '/[\\p{Cc}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\u2028\\u2029\\ufff9-\\ufffb]/gu': 'query',
  },
  'query/sql-condition.ts': {
    '/^(true|false)$/i': 'query',
  },
  'query/strings.ts': {
    "/\\\\[\\s\\S]|'/g": 'query',
    '/\\\\[\\s\\S]/g': 'answer',
    '/(?<!\\\\)\\\\+\\./g': 'query',
    '/(?<!\\\\)\\./': 'query',
  },
  'query/suggest.ts': {
    "/[\\p{Lu}]+(?!\\p{Ll})|[\\p{Lu}]?[^\\p{Lu}_\\s'-]+/gu": 'query',
    '/^(is|does|do)?not(?!e$|e_|ed|es|if|ic|h)(\\p{Ll}{2,})$/u': 'query',
    '/s$/': 'query',
    '/\\d/': 'query',
    '/^(?:anti|non|dis|mis|no|un|in|im|ir|ex|or|on|i|n)/': 'query',
    '/oneofs?$/': 'query',
  },
  'query/times.ts': {
    '/^\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?(?:Z|[+-]\\d{2}:?\\d{2})?)?$/':
      'query',
    '/^(\\d{4})(-?)(\\d{2})\\2(\\d{2})(?:[Tt ](\\d{2})(?::?(\\d{2})(?::?(\\d{2})(?:[.,](\\d+))?)?)?(?: ?([Zz]|[+-]\\d{2}(?::?\\d{2})?))?)?$/':
      'query',
    '/^\\d{4}(?:-?W\\d{2}(?:-?\\d)?|-?\\d{3}|-\\d{2}|-?\\d{2}-?\\d{2})?(?:[Tt]\\d{2}[\\d:]*(?:[.,]\\d+)?(?:[Zz]|[+-]\\d{2}(?::?\\d{2})?)?)?$/':
      'query',
    '/^([+-])(\\d{2}):?(\\d{2})?$/': 'query',
    '/\\.000$/': 'query',
  },
  'query/token-stream.ts': {
    '/[(){}[\\]]/': 'query',
  },
  'query/tokens.ts': {
    '/^[-&:.|]$/': 'query',
    '/^(&&?|\\|\\|?)$/': 'query',
    '/^(and|or)$/i': 'query',
    '/^[<>=!≥≤≠]+$/': 'query',
    '/^(true|false)$/i': 'query',
    '/^(null|nil|none|undefined)$/i': 'query',
  },
  'query/values.ts': {
    '/^(true|false)$/i': 'query',
    '/^\\s*-?(?:\\d+(?:\\.\\d+)?|\\.\\d+)\\s*$/': 'query',
  },
  'query/words.ts': {
    '/\\s+/y': 'query',
    "/[\\p{L}\\p{N}_$](?:[\\p{L}\\p{N}_$]|[-'\\u2019:](?=[\\p{L}\\p{N}_])|(?<=\\d)\\.(?=\\d))*/uy":
      'query',
    '/^\\d+(?:\\.\\d+)?$/': 'query',
    '/[<>=!\\u2264\\u2265\\u2260]+|&&|\\|\\||[\\s\\S]/uy': 'query',
    '/[\\p{L}\\p{N}]/u': 'query',
  },
  'query/wrapping.ts': {
    '/^[\\s(!]*([\\p{L}_][\\p{L}\\p{N}_]*)/u': 'query',
    '/^(?:NOT|ANY|ALL)$/': 'query',
    '/^\\w*\\n/': 'query',
    '/[\\s(=<>,:{]/': 'query',
  },
  'text/redact.ts': {
    '/={1,2}$/': 'setting',
    '/[+/]/g': 'setting',
    '/[a-f]/g': 'setting',
    '/[\\\\^$.*+?()[\\]{}|/-]/g': 'setting',
  },
  'resources/markdown.ts': {
    '/^(?:[A-Za-z0-9 :+-]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])|\\.(?=\\d))+$/': 'own',
    '/`+/g': 'answer',
  },
  'resources/uri-template.ts': {
    '/^\\{(\\w+)\\}$/': 'own',
  },
  'sandbox/due-times.ts': {
    '/^[A-Za-z]/': 'body',
  },
  'sandbox/fields.ts': {
    '/^-?\\d+$/': 'header',
  },
  'sandbox/keys.ts': {
    '/\\p{M}/gu': 'body',
    '/[a-z0-9]+/g': 'body',
  },
  'sandbox/pages.ts': {
    '/^\\d{1,9}$/': 'header',
  },
  'sandbox/query-string.ts': {
    '/^(\\w+)\\[(\\w+)\\]$/': 'header',
  },
  'sandbox/read-seed.ts': {
    '/^\\./': 'own',
  },
  'sandbox/router.ts': {
    '/^\\{(\\w+)\\}$/': 'own',
  },
  'sandbox/seed-times.ts': {
    '/^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,3})?)?(Z|[+-]\\d\\d:\\d\\d)$/': 'file',
    '/^-(\\d{1,9})([smhd])$/': 'file',
  },
  'sandbox/service.ts': {
    '/^Bearer +(\\S+)$/i': 'header',
  },
  'sandbox/start.ts': {
    '/^(?:127\\.0\\.0\\.1|localhost|\\[::1\\])(?::\\d{1,5})?$/i': 'header',
    '/^https?:\\/\\/(?:127\\.0\\.0\\.1|localhost|\\[::1\\])(?::\\d{1,5})?$/i': 'header',
  },
  'segment/base-url.ts': {
    '/(?<!\\/)\\/+$/': 'setting',
  },
  'segment/foreign-page.ts': {
    '/^(style|script)\\b/i': 'page',
    '/\\s+/g': 'page',
    '/[A-Z]+/g': 'page',
  },
  'segment/http.ts': {
    '/^Proxy response \\((\\d{3})\\)/': 'header',
  },
  'segment/ids.ts': {
    '/^[\\w-]+$/': 'message',
    '/[/\\\\?#\\p{Cc}]/u': 'message',
    '/%[0-9a-f]{2}/i': 'message',
    '/[/\\\\]/': 'message',
    '/^spa_/': 'message',
    '/%u([0-9a-f]{4})/gi': 'message',
    '/(?:%[0-9a-f]{2})+/gi': 'message',
    '/(?:%c|(?:%e0|%f0%80|%f8%80%80|%fc%80%80%80)%8)([01])%([89ab][0-9a-f])/gi': 'message',
    '/%([0-7][0-9a-f])/gi': 'message',
  },
  'segment/names.ts': {
    '/\\p{M}/gu': 'answer',
    '/[a-z0-9]+/g': 'answer',
  },
  'segment/proxy.ts': {
    '/^[a-z][a-z\\d+.-]*:\\/\\//i': 'setting',
    '/^(?!sgp_)([\\w.-]+|\\[.+\\])$/': 'setting',
    '/^(127(\\.\\d+){3}|\\[::1\\]|(.*\\.)?localhost)\\.?$/': 'setting',
    '/[\\s,]+/': 'setting',
    '/^\\*?\\./': 'setting',
  },
  'segment/quota/report.ts': {
    '/^\\d{1,9}$/': 'header',
  },
  'segment/request.ts': {
    '/\\{(\\w+)(:name)?\\}/g': 'own',
  },
  'config/settings.ts': {
    '/^\\d{1,9}$/': 'setting',
    '/^[\\x21-\\x7e]*$/': 'setting',
    '/[,\\r\\n]/': 'setting',
    '/[\\s;|]/': 'setting',
    '/^[A-Za-z0-9+/_-]+={0,2}$/': 'setting',
    '/^[1-9]\\d{0,5}$/': 'setting',
    '/^[1-9]\\d{0,6}$/': 'setting',
  },
  'config/slips.ts': {
    '/[,=\\s/]/': 'setting',
    '/^sgp_\\w{16,}$/': 'setting',
    '/^\\$\\{.*\\}$/s': 'setting',
    '/^\\{.*\\}$/s': 'setting',
    '/^\\$[a-z_][\\w:]*$/i': 'setting',
    '/^\\$\\(.*\\)$/s': 'setting',
    '/^%[^%\\s]+%$/': 'setting',
    '/^<.*>$/s': 'setting',
    '/^(?:undefined|null|nan|\\[object object\\])$/i': 'setting',
    '/\\$[a-z_]/i': 'setting',
    '/%(?![\\da-f]{2}%)[a-z_]\\w{0,63}%/i': 'setting',
    '/^\\[.*\\]$/s': 'setting',
    '/[,/\\\\=]/': 'setting',
    '/^\\\\/': 'setting',
    '/^(?:authorization\\s*[:=]|(?:bearer|basic)(?:[\\s:=]|$))/i': 'setting',
    '/^(export\\s+|set\\s+)?[A-Z][A-Z0-9_]*\\s*=[ \\t]*[^=,\\s]/': 'setting',
    '/^(?:export\\s+|set\\s+)?\\w{0,64}token\\s*=[ \\t]*[^=,\\s]/i': 'setting',
  },
  'telemetry/traceparent.ts': {
    '/^([\\da-f]{2})-([\\da-f]{32})-([\\da-f]{16})-([\\da-f]{2})(-.*)?$/': 'message',
  },
  'tools/fields.ts': {
    '/[^\\s\\p{Cc}\\p{Default_Ignorable_Code_Point}\\u2800]/u': 'message',
  },
  'transports/http/fences.ts': {
    '/:\\d{1,5}$/': 'header',
  },
  'text/visible.ts': {
    '/[^ -~]/': 'answer',
    '/(?!\\ufe0f)[\\p{Cc}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\u2028\\u2029\\ufff9-\\ufffb]/gu':
      'answer',
    '/[`*~]|(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}])|<(?=[A-Za-z/!?])|&(?=[#A-Za-z])|(?<=\\])[([]|(?<=\\/)\\/|(?<=www)\\.|(?<=[^\\s.])\\.(?=(?:[a-z]{2}|biz|com|edu|gov|net|org|pro|web|xxx|aero|asia|coop|info|museum|name|shop|рф|xn--[a-z\\d-]+)(?![\\p{L}\\p{N}]))|(?<=[\\w.+-])@(?=[\\w-])/giu':
      'answer',
    '/\\\\[\\s\\S]/g': 'answer',
    '/…\\[cut, \\d+ characters in all\\]\\s*$/u': 'message',
  },
  'query/bracket-repair.ts': {
    '/\\s+/g': 'query',
  },
  'query/check.ts': {
    '/[)}\\]]/': 'query',
  },
  'query/fix-owners.ts': {
    '/^[({[]$/': 'query',
    '/^[)}\\]]$/': 'query',
    '/^(?:AND|OR|NOR|NAND)$/i': 'query',
  },
  'query/operator-apart.ts': {
    '/^[<>=!]$/': 'query',
    '/^[<>=]$/': 'query',
  },
  'query/parse-arguments.ts': {
    '/^[),}\\]]$/': 'query',
    '/^[\\p{L}\\p{N}_ !:]+$/u': 'query',
  },
  'query/parse-braces.ts': {
    '/^ex/i': 'query',
  },
  'query/parse-chains.ts': {
    '/^[!?]$/': 'query',
    '/^[\\p{Ll}_]/u': 'query',
  },
  'query/parse-logic-words.ts': {
    '/^(?:ANY|ALL)$/i': 'query',
    '/^(?:either|both)$/i': 'query',
    '/^users?$/i': 'query',
    '/^neither$/i': 'query',
    '/^n?or$/i': 'query',
  },
  'query/parse-value-first.ts': {
    '/^[\\p{Ll}_]/u': 'query',
  },
  'query/window-in-words.ts': {
    '/^times?$/i': 'query',
  },
};

interface Found {
  file: string;
  /** As it stands in the file. */
  text: string;
}

const found: Found[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => {
    const texts: Found[] = [];
    const visit = (node: ts.Node) => {
      if (ts.isRegularExpressionLiteral(node)) texts.push({ file, text: node.text });
      ts.forEachChild(node, visit);
    };
    visit(syntaxOf(join('src', file)));
    return texts;
  });

test('every pattern is listed, and no other', () => {
  const byFile: Record<string, string[]> = {};
  for (const { file, text } of found) {
    byFile[file] = [...new Set([...(byFile[file] ?? []), text])].sort();
  }
  const sorted = Object.entries(listed).map(([file, rows]) => [file, Object.keys(rows).sort()]);
  expect(byFile).toEqual(Object.fromEntries(sorted));
});

test("the only patterns that are made at run time are those of a query's pieces and of secrets", () => {
  const made = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => /\bRegExp\(/.test(readFileSync(join('src', file), 'utf8')));
  expect(made.sort()).toEqual(['query/lexer.ts', 'text/redact.ts']);
});

/** Enough for quadratic time to show: it takes thousands of times as long as linear time. */
const maxTriedChars = 10_000;
const maxCpuMs = 15;

const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const classes: Record<string, string> = {
  '\\s': '\n',
  '\\d': '1',
  '\\w': 'a',
  '\\p{L}': '\u00e9',
  '\\p{N}': '\u00b2',
  '\\p{M}': '\u0301',
  '\\p{Cc}': '\u0007',
  '\\p{Cs}': '\ud800',
};

/** Texts that keep a pattern busy: whatever it is made of, again and again, before what it can't take. */
function* hostileTexts(pattern: string, chars: number): Generator<string> {
  const stand = Object.entries(classes).filter(([name]) => pattern.includes(name));
  const literal = pattern.replace(/\\[pP]\{\w+\}|\\[a-z]/g, '').replace(/[\\/^$]/g, '');
  const own = [...new Set([...literal, ...stand.map(([, character]) => character)])];
  const words = pattern.match(/[^\\()[\]{}*+?|^$/]{2,}/g) ?? [];
  // Characters that a pattern does not name are all the same to it.
  const pieces = new Set([...oneIn(9, printable), ...own, ...words]);
  for (const first of [...own.slice(0, 12), ...words]) {
    // By default every fourth pair: each character is in several.
    for (const second of oneIn(4, own.slice(0, 12))) pieces.add(first + second);
  }
  for (const [index, piece] of [...pieces].entries()) {
    const repeated = piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars - 2);
    // By default every second text begins with what the pattern does.
    for (const beginning of oneIn(2, ['', words[0] ?? '0'], index)) {
      yield `${beginning}${repeated}\u0000!`;
    }
  }
}

/**
 * The first text on which a pattern takes too long, several times in a row; undefined if there is none. The machine may
 * be busy with something else once.
 */
function slowText(text: string, chars: number, times = 3): string | undefined {
  const end = text.lastIndexOf('/');
  const flags = text.slice(end + 1);
  const pattern = new RegExp(
    text.slice(1, end),
    flags.includes('y') ? flags : `${flags.replace('g', '')}g`,
  );
  const isSlow = (hostile: string) => {
    const before = process.cpuUsage();
    pattern.lastIndex = 0;
    hostile.replace(pattern, '');
    return process.cpuUsage(before).user / 1000 > maxCpuMs;
  };
  for (const hostile of hostileTexts(text, chars)) {
    let slow = 0;
    while (slow < times && isSlow(hostile)) slow += 1;
    if (slow === times) return hostile.slice(0, 20);
  }
  return undefined;
}

describe('takes linear time', () => {
  const rows = Object.entries(listed).flatMap(([file, patterns]) =>
    Object.entries(patterns).map(([text, source]) => ({ file, text, source })),
  );
  test.each(rows)('$file: $text', ({ text, source }) => {
    expect(slowText(text, Math.min(maxChars[source], maxTriedChars))).toBeUndefined();
  });
});

test.each(['/\\s+$/', '/=+$/', '/<[^>]*>/'])(
  'finds that %s takes more than linear time',
  (text) => {
    expect(slowText(text, maxTriedChars, 1)).toBeDefined();
  },
);

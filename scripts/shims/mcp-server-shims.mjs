// What the second version of the SDK takes from the platform. Its own module brings along the JSON Schema
// validator ajv with four other packages: half of the file. It would check answers to questions with it if
// it asked users anything by itself; here, the tools do (src/mcp/ask.ts).
export { default as process } from 'node:process';

export class DefaultJsonSchemaValidator {
  getValidator() {
    throw new TypeError('no JSON Schema validator is bundled');
  }
}

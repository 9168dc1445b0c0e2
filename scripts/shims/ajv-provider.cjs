// The SDK loads its JSON Schema validator at start-up, which takes 4 ms. It would check what users enter
// with it if it asked them anything; here, the tools do (src/mcp/ask.ts).
exports.AjvJsonSchemaValidator = class {};

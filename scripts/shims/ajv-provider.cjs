// The SDK loads its JSON Schema validator at start-up, which takes 4 ms, and needs it only to check
// what a user was asked. Here it is loaded then.
exports.AjvJsonSchemaValidator = class {
  getValidator(schema) {
    const { AjvJsonSchemaValidator } = require('@modelcontextprotocol/sdk/validation/ajv');
    return new AjvJsonSchemaValidator().getValidator(schema);
  }
};

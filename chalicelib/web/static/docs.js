// Beside this file's own address, so that a prefix such as API Gateway's stage does not matter.
const here = document.currentScript.src;

SwaggerUIBundle({
  url: new URL("../openapi.json", here).href,
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 3,
  displayRequestDuration: true,
  // Otherwise a third party would be asked whether the document is valid.
  validatorUrl: null,
});

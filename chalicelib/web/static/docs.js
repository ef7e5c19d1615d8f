// Beside this file's own address, so that a prefix such as API Gateway's stage does not matter.
const here = document.currentScript.src;

// Whoever tries an empty service would else take its empty lists for a mistake of their own.
fetch(new URL("../items?limit=1", here))
  .then((reply) => (reply.ok ? reply.json() : { items: [null] }))
  .then(({ items }) => {
    document.getElementById("empty").hidden = items.length > 0;
  })
  .catch(() => {});

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

import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";

/** Draws Swagger UI on our own OpenAPI document. */
export function drawHttp(page: HTMLElement): void {
  // Swagger UI hands sanitised Markdown to React as strings, which Trusted Types refuse unless the page says that it trusts them. This
  // page shows nothing but our own document, and is the only one with such a policy.
  window.trustedTypes?.createPolicy("default", { createHTML: (html) => html });
  SwaggerUI({ url: "/openapi.json", domNode: page, deepLinking: true, docExpansion: "none", filter: true, defaultModelsExpandDepth: 0 });
}

/** The few words of Swagger UI and of Trusted Types that the API page says. */
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  export default function SwaggerUI(options: {
    url: string;
    domNode: HTMLElement;
    deepLinking: boolean;
    docExpansion: "none";
    filter: boolean;
    defaultModelsExpandDepth: number;
  }): void;
}

interface Window {
  readonly trustedTypes?: { createPolicy(name: string, rules: { createHTML(html: string): string }): unknown };
}

/**
 * An OpenAPI document of the shape that GitLab's own has today, in any size: projects and groups with lists of records
 * below them, single records, paging parameters shared by `$ref`, entities that refer to one another, long descriptions.
 *
 *   node test/support/large-openapi.ts [ENTITIES] > large.yaml     750 entities: 4 MB, 3000 endpoints
 */
import { stringify } from "yaml";

const OWNERS = ["projects", "groups"] as const;

/** The document as YAML text. Each entity has a list and a single record below projects or groups. */
export function largeOpenapi(entities: number): string {
  const parts = [HEAD, "paths:"];
  for (let index = 0; index < entities; index += 1) parts.push(pathsOf(index));
  parts.push("components:", COMMON, "  schemas:");
  for (let index = 0; index < entities; index += 1) parts.push(schemaOf(index, entities));
  return `${parts.join("\n")}\n`;
}

const HEAD = stringify({
  openapi: "3.0.1",
  info: { title: "GitLab API", version: "v4", description: "An OpenAPI definition for the GitLab REST API." },
  servers: [{ url: "https://gitlab.example.com/api/v4" }],
  security: [{ ApiKeyAuth: [] }],
}).trimEnd();

const COMMON = `  securitySchemes:
    ApiKeyAuth: { type: apiKey, in: header, name: Private-Token }
  parameters:
    page: { in: query, name: page, description: Current page number, schema: { type: integer, format: int32, default: 1 } }
    per_page: { in: query, name: per_page, description: Number of items per page, schema: { type: integer, default: 20 } }`;

function pathsOf(index: number): string {
  const owner = OWNERS[index % 2] ?? "projects";
  const entity = `things_${index}`;
  const operation = (id: string, summary: string, parameters: string, schema: string) => `    get:
      tags: [${owner}_${index % 40}]
      summary: ${summary}
      description: This feature was introduced in GitLab ${8 + (index % 9)}.${index % 13}. It can be called by members with at least the role of a reporter, and gives what they may see of it.
      operationId: ${id}
      parameters:
        - in: path
          name: id
          description: The ID or URL-encoded path
          required: true
          schema: { type: string }
${parameters}      responses:
        '200':
          description: ${summary}
          content:
            application/json:
              schema: ${schema}
        '401': { description: Unauthorized }
        '404': { description: Not found }`;
  const page = `        - $ref: '#/components/parameters/page'
        - $ref: '#/components/parameters/per_page'
        - in: query
          name: updated_after
          description: Only those that were updated after this time
          schema: { type: string, format: date-time }
        - in: query
          name: search
          schema: { type: string }
`;
  const one = `        - in: path
          name: ${entity}_id
          required: true
          schema: { type: integer, format: int32 }
`;
  const reference = `#/components/schemas/API_Entities_Thing${index}`;
  const list = `{ type: array, items: { $ref: '${reference}' } }`;
  return [
    `  /${owner}/{id}/${entity}:`,
    operation(`getApiV4${owner}Id${entity}`, `List ${entity}`, page, list),
    `  /${owner}/{id}/${entity}/{${entity}_id}:`,
    operation(`getApiV4${owner}Id${entity}Single`, `Get one of ${entity}`, one, `{ $ref: '${reference}' }`),
    `  /${owner}/{id}/${entity}/{${entity}_id}/notes:`,
    operation(`getApiV4${owner}Id${entity}Notes`, `List notes of ${entity}`, one + page, list),
    `  /admin/${owner}/{id}/${entity}:`,
    operation(`getApiV4Admin${owner}Id${entity}`, `List all ${entity}`, page, list),
  ].join("\n");
}

function schemaOf(index: number, entities: number): string {
  const reference = (step: number) =>
    `{ $ref: '#/components/schemas/API_Entities_Thing${(index * step + 1) % entities}' }`;
  return `    API_Entities_Thing${index}:
      type: object
      properties:
        id: { type: integer, format: int64, example: ${index} }
        iid: { type: integer, format: int64 }
        title: { type: string, description: The title that was given to it }
        state: { type: string, enum: [opened, closed], example: opened }
        created_at: { type: string, format: date-time, example: '2024-01-20T15:38:45.000Z' }
        updated_at: { type: string, format: date-time, nullable: true }
        labels: { type: array, items: { type: string } }
        author: ${reference(7)}
        related: { type: array, items: ${reference(13)} }
        web_url: { type: string, example: 'https://gitlab.example.com/things/${index}' }
      description: API_Entities_Thing${index} model`;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(largeOpenapi(Number(process.argv[2] ?? 750)));

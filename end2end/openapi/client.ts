// Uses the types that openapi-typescript generates, as an API client would. Compiled by `bin/lint-api types`, never run.
import type { components, paths } from "../../target/lint-api/types.js";

type Schemas = components["schemas"];
type Send = paths["/api/messages"]["post"];
type SendBody = Send["requestBody"]["content"]["application/json"];
type SendResponses = Send["responses"];

export const body: SendBody = { conversationId: "0198c0de-0000-7000-8000-000000000000", body: "Asante!" };

// @ts-expect-error The text is required.
export const withoutText: SendBody = { conversationId: body.conversationId };

/** A retry returns the same type as the first attempt. */
export function getSent(response: SendResponses[200 | 201]["content"]["application/json"]): Schemas["Message"] {
  return response.message;
}

/** The codes of an error are literals, so that a misspelt one doesn't compile. */
export function isReused(problem: SendResponses[409]["content"]["application/problem+json"]): boolean {
  return problem.code === "client_id_reused";
}

/** The type of an event determines its fields. */
export function describeEvent(event: Schemas["Envelope"]): string {
  switch (event.type) {
    case "message.created":
      return event.message.body;
    case "booking.updated":
      return event.booking.status;
    default:
      return event.at;
  }
}

/** The items of a page, and the parameter that gets the next one. */
export function nextPage(inbox: Schemas["Inbox"]): paths["/api/messages"]["get"]["parameters"]["query"] {
  return inbox.nextPage === null ? undefined : { page: inbox.nextPage };
}

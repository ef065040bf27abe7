/** A pack that cannot be used: the message names file, line, field and what was expected. */
export class PackError extends Error {}

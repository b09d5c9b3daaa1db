/** As the server takes them, characters. */
export const MAX_NAME_LENGTH = 200;
export const MAX_NOTE_LENGTH = 4000;

/** ASCII letters alone. C: tolower in the C locale */
export const lowerCased = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** The library that reads the command line, in one place: Cliffy, the Deno way, is not on npm. @module */

export { Command, InvalidArgumentError, Option } from "npm:@commander-js/extra-typings@^15.1.0";

/**
 * What is read of a model's graph.
 *
 * @module
 */

/** One operation of a graph. */
export interface OnnxNode {
  /** The operation's name; may be empty. */
  name: string;
  /** Which operation, such as `Conv`. */
  operation: string;
  /** The names of the tensors that it takes. */
  inputs: string[];
  /** The names of the tensors that it computes. */
  outputs: string[];
  /** The modules of PyTorch that it lies in, from the model on, and its own name, if the file says so. */
  scopes?: string[];
  /** The rules by which several operations were made this one, if the file says so. */
  rules?: string;
}

/** What is read of a model's graph. */
export interface OnnxGraph {
  /** The graph's operations, in order. */
  nodes: OnnxNode[];
  /** The names of its outputs. */
  outputs: string[];
  /** The names of the tensors that lie in the file. */
  constants: Set<string>;
}

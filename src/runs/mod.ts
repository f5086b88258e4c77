/**
 * Runs: recipes, which are data, and what executes them in a folder.
 *
 * @module
 */

export * from "./compare.ts";
export * from "./compare_files.ts";
export * from "./costs.ts";
export type { CostsOptions } from "./costs_options.ts";
export * from "./costs_tables.ts";
export * from "./demo.ts";
export * from "./study.ts";
export * from "./study_in.ts";
export * from "./domain_study.ts";
export * from "./domain_results.ts";
export * from "./run_domains.ts";
export * from "./domains_file.ts";
export * from "./studied.ts";
export * from "./run_study.ts";
export * from "./search.ts";
export * from "./search_space.ts";
export * from "./compared.ts";
export * from "./data_recipe.ts";
export * from "./selection_recipe.ts";
export * from "./measure_costs.ts";
export * from "./methods.ts";
export * from "./network_recipes.ts";
export * from "./recipe.ts";
export * from "./recipe_table.ts";
export * from "./read_recipe.ts";
export * from "./result.ts";
export * from "./result_tables.ts";
export * from "./run.ts";
export type { TeacherLabels } from "./teacher_labels.ts";
export * from "./settings.ts";
export * from "./folder.ts";
export * from "./export_onnx.ts";
export * from "./export_safetensors.ts";
export * from "./export_torch_script.ts";
export * from "./export_web.ts";
export * from "./export_hub.ts";
export * from "./push_to_hub.ts";
export * from "./evaluate_student.ts";
export * from "./open_student.ts";
export * from "./photographs_recipe.ts";
export * from "./labelled_photographs_recipe.ts";
export * from "./recipe_file.ts";
export * from "./fill.ts";
export * from "./in_group.ts";
export * from "./part_of_rank.ts";
export * from "./votes.ts";
export * from "./votes_found.ts";
export * from "./votes_tables.ts";
export * from "./plan/gpus.ts";
export * from "./plan/plan.ts";
export * from "./plan/plan_types.ts";
export * from "./plan/plan_tables.ts";
export * from "./plan/simulate.ts";
export * from "./plan/store_plan.ts";

"""Projects: a folder with specs, config, seeds, tests and deployment that runs at once.

`project` tells the whole story: `specs` (with `fetched` for URLs) brings the documents in, `seeds`
asks the world for entities to begin with, `calls` (with `drafts`, `graph_calls` and `rpc_calls`)
looks for calls that succeed, and `facts` are what is known then. From those each file is made in a
module of its own: `config_file`, `containers`, `kubernetes`, `packages`, `tests_file`,
`readme_file`. `folder` puts the files in place, all or none. `yaml_text` and `names` make what came
out of documents harmless, and `texts` reads what is the same in every project.
"""

// Nothing of it is needed: see README.md beside this file.
#pragma once

#include "config/document.h"

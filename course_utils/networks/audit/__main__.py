"""``python -m course_utils audit module:callable --input 1,3,224,224``"""

import sys

from course_utils.networks.audit.command import main

if __name__ == "__main__":
    sys.exit(main())

"""Official clients behind one small interface, so that one test asks all of them the same.

model.py is the interface; each other module is one client, unchanged, with what it calls things. CLIENTS is the list.
"""

from .anthropic_python import AnthropicPython
from .bedrock_python import BedrockConverse, BedrockInvoke
from .cohere_python import CoherePython
from .google_python import GooglePython
from .mistral_python import MistralPython
from .openai_python import OpenAiChat, OpenAiResponses
from .vercel import VercelAnthropic, VercelBedrock, VercelGoogle, VercelOpenAiChat, VercelOpenAiResponses

CLIENTS = [OpenAiChat, OpenAiResponses, AnthropicPython, GooglePython, BedrockConverse, BedrockInvoke, CoherePython, MistralPython,
           VercelOpenAiChat, VercelOpenAiResponses, VercelAnthropic, VercelGoogle, VercelBedrock]
